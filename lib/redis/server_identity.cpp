#include "redis/server_identity.hpp"

#include <string_view>
#include <utility>

#include "redis/info.hpp"

namespace fogis::redis {
namespace {

ServerIdentity from_hello(const Reply& reply) {
  ServerIdentity identity;
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    const auto& key = reply.elements[i].text;
    const auto& value = reply.elements[i + 1].text;
    if (key == "server") {
      identity.kind = value;
    } else if (key == "version") {
      identity.version = value;
    } else if (key == "mode") {
      identity.mode = value;
    } else if (key == "role") {
      identity.role = value == "slave" ? "replica" : value;
    }
  }
  return identity;
}

ServerIdentity from_info(const Info& info) {
  ServerIdentity identity;
  // Valkey (8.0 and later) names itself and keeps redis_version for clients that look for it.
  identity.kind = info.text("server_name").value_or("redis");
  identity.version = info.text(identity.kind + "_version")
                         .value_or(std::string(info.text("redis_version").value_or("")));
  identity.mode = info.text("redis_mode").value_or("");
  return identity;
}

}  // namespace

std::string ServerIdentity::text() const {
  return kind.empty() || version.empty() ? kind : kind + ' ' + version;
}

Result<ServerIdentity> identify(Connection& connection, const Deadline& deadline) {
  TRY_ASSIGN(auto hello, connection.command({"HELLO"}, deadline));
  if (!hello.is_error()) {
    return from_hello(hello);
  }
  TRY_ASSIGN(auto info, connection.command({"INFO", "server"}, deadline));
  return info.is_error() ? ServerIdentity() : from_info(Info(std::move(info.text)));
}

}  // namespace fogis::redis
