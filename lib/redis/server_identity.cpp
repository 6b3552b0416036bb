#include "redis/server_identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "redis/connection.hpp"

namespace fogis::redis {
namespace {

/// A map of RESP3, or the keys and values in turn that RESP2 has for it.
std::string_view value_of(const Reply& pairs, std::string_view key) {
  for (std::size_t i = 0; i + 1 < pairs.elements.size(); i += 2) {
    if (pairs.elements[i].text == key) {
      return pairs.elements[i + 1].text;
    }
  }
  return {};
}

std::string plain_role(std::string_view role) {
  return std::string(role == "slave" ? "replica" : role);
}

std::string address_of(std::string_view host, std::string_view port) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  return host.empty()
             ? std::string()
             : fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", host, is_ipv6 ? "]" : "", port);
}

std::string of_master(const ServerIdentity& identity) {
  return identity.master.empty() ? std::string() : " of " + identity.master;
}

}  // namespace

std::string ServerIdentity::text() const {
  return kind.empty() || version.empty() ? kind : kind + ' ' + version;
}

ServerIdentity identify_by_hello(const Reply& reply) {
  ServerIdentity identity;
  identity.kind = value_of(reply, "server");
  identity.version = value_of(reply, "version");
  identity.mode = value_of(reply, "mode");
  identity.role = plain_role(value_of(reply, "role"));
  return identity;
}

ServerIdentity identify_by_info(const Info& info) {
  ServerIdentity identity;
  const auto text = [&](std::string_view field) { return info.text(field).value_or(""); };
  if (info.text("dragonfly_version")) {
    identity.kind = "dragonfly";
  } else if (info.text("valkey_version")) {
    identity.kind = "valkey";
  } else if (info.text("redis_version")) {
    // KeyDB keeps Redis's names of the fields.
    identity.kind = info.text("server_threads") ? "keydb" : "redis";
  }
  const auto own_version = info.text(identity.kind + "_version");
  identity.version = own_version ? *own_version : text("redis_version");
  identity.mode = info.text("server_mode").value_or(text("redis_mode"));
  identity.role = plain_role(text("role"));
  identity.run_id = text("run_id");
  identity.master = address_of(text("master_host"), text("master_port"));
  return identity;
}

std::string replica_note_for_publisher(const ServerIdentity& identity) {
  if (!identity.is_replica()) {
    return {};
  }
  return fmt::format("this is a replica{}{}", of_master(identity),
                     identity.is_cluster()
                         ? " in a cluster: what is published here reaches all nodes"
                         : ": what is published here does not reach the master's subscribers");
}

std::string replica_note_for_subscriber(const ServerIdentity& identity) {
  if (!identity.is_replica()) {
    return {};
  }
  return fmt::format("this is a replica{}{}", of_master(identity),
                     identity.is_cluster()
                         ? " in a cluster: what is published on any node arrives here"
                         : ": what is published on the master arrives as long as their link is up");
}

void add_role(ServerIdentity& identity, const Reply& reply) {
  constexpr std::size_t kReplicaFields = 5;  // role, host, port, state, offset
  if (reply.elements.empty() || !reply.elements[0].has_text()) {
    return;
  }
  const auto& role = reply.elements[0].text;
  if (role == "sentinel") {
    identity.mode = role;
    return;
  }
  identity.role = plain_role(role);
  identity.master.clear();
  if (identity.is_replica() && reply.elements.size() >= kReplicaFields) {
    identity.master = address_of(reply.elements[1].text, std::to_string(reply.elements[2].integer));
  }
}

Result<ServerIdentity> identify(Connection& connection, const Deadline& deadline) {
  Pipeline pipeline;
  pipeline.add({"ROLE"});
  pipeline.add({"INFO", "server"});
  TRY_ASSIGN(const auto replies, connection.run(pipeline, deadline));
  auto identity = connection.report().server;
  if (!replies[1].is_error()) {
    auto told = identify_by_info(Info(replies[1].text));
    if (identity.kind.empty()) {
      identity = std::move(told);
    } else {
      identity.run_id = std::move(told.run_id);
    }
  }
  add_role(identity, replies[0]);
  return identity;
}

std::vector<WatchedMaster> parse_sentinel_masters(const Reply& reply) {
  std::vector<WatchedMaster> masters;
  for (const auto& row : reply.elements) {
    auto address = address_of(value_of(row, "ip"), value_of(row, "port"));
    if (!address.empty()) {
      masters.push_back({std::string(value_of(row, "name")), std::move(address)});
    }
  }
  return masters;
}

Error sentinel_error(const std::vector<WatchedMaster>& masters) {
  constexpr std::size_t kShown = 3;
  std::string text = "this is a Sentinel";
  for (std::size_t i = 0; i < std::min(masters.size(), kShown); ++i) {
    text += i > 0 ? ", " : masters.size() > 1 ? "; its masters are " : "; its master ";
    text += fmt::format("{} {}at {}", masters[i].name, masters.size() == 1 ? "is " : "",
                        masters[i].address);
  }
  if (masters.size() > kShown) {
    text += fmt::format(" and {} more", masters.size() - kShown);
  }
  return make_error(ErrorKind::rejected, Phase::auth, std::move(text),
                    masters.empty()
                        ? "a Sentinel holds no data and no channels of FOGIS: connect to the "
                          "server that it watches (SENTINEL MASTERS)"
                        : fmt::format("a Sentinel holds no data and no channels of FOGIS: use "
                                      "redis://{}",
                                      masters.front().address));
}

}  // namespace fogis::redis
