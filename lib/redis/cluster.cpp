#include "redis/cluster.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/number.hpp"

namespace fogis::redis {
namespace {

/// A node that does not answer must not use up the time of the others.
constexpr auto kNodeTime = std::chrono::seconds(1);

std::string_view take_field(std::string_view& line) {
  const auto end = line.find(' ');
  const auto word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

/// `127.0.0.1:6379@16379`, since Redis 7.0 with `,hostname` behind it.
void read_address(std::string_view text, ClusterNode& node) {
  text = text.substr(0, text.find_first_of("@,"));
  const auto colon = text.rfind(':');
  const auto port = colon == std::string_view::npos
                        ? std::nullopt
                        : parse_number<std::uint16_t>(text.substr(colon + 1));
  node.host = text.substr(0, port ? colon : 0);
  node.port = port.value_or(0);
}

void add_replies(const std::vector<Reply>& replies, OtherNodes& others) {
  const auto& subscribers = replies[0].elements;
  for (std::size_t i = 0; i + 1 < subscribers.size(); i += 2) {
    others.subscribers[subscribers[i].text] += subscribers[i + 1].integer;
  }
  others.patterns += replies[1].integer;
  others.lists_clients = others.lists_clients && !replies[2].is_error();
  for (auto& client : parse_client_list(replies[2].is_error() ? std::string() : replies[2].text)) {
    others.clients.push_back(std::move(client));
  }
}

}  // namespace

std::string OtherNodes::unseen() const {
  return reached == nodes ? std::string()
                          : fmt::format("{} of {} other nodes did not answer ({})", nodes - reached,
                                        nodes, reason);
}

std::vector<ClusterNode> parse_cluster_nodes(std::string_view text) {
  std::vector<ClusterNode> nodes;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    take_field(line);  // the id
    ClusterNode node;
    read_address(take_field(line), node);
    const auto flags = take_field(line);
    if (flags.empty()) {
      continue;
    }
    node.myself = flags.find("myself") != std::string_view::npos;
    // `fail?` is one node's suspicion alone.
    node.failed = node.host.empty() || node.port == 0 || flags.ends_with("fail") ||
                  flags.find("fail,") != std::string_view::npos ||
                  flags.find("handshake") != std::string_view::npos;
    nodes.push_back(std::move(node));
  }
  return nodes;
}

Result<std::vector<Reply>> ClusterNodes::ask_node(const ClusterNode& node, const Pipeline& pipeline,
                                                  const Deadline& deadline) {
  auto settings = settings_;
  settings.host = node.host;
  settings.port = node.port;
  if (settings.transport == config::Transport::unix_socket) {
    settings.transport = config::Transport::tcp;
  }
  const auto address = settings.endpoint();
  auto known = connections_.find(address);
  if (known != connections_.end() && !known->second.is_clean()) {
    connections_.erase(known);
    known = connections_.end();
  }
  if (known == connections_.end()) {
    TRY_ASSIGN(auto opened, Connection::open(settings, deadline));
    known = connections_.emplace(address, std::move(opened)).first;
  }
  return known->second.run(pipeline, deadline);
}

Result<OtherNodes> ClusterNodes::ask(Connection& node, const std::vector<std::string>& channels,
                                     const Deadline& deadline) {
  OtherNodes others;
  TRY_ASSIGN(const auto listed, node.command({"CLUSTER", "NODES"}, deadline));
  if (!listed.has_text()) {
    others.nodes = 1;  // at least: what cannot be listed cannot be complete
    others.reason = listed.is_error() ? listed.text : describe(listed);
    return others;
  }
  std::vector<std::string_view> numsub{"PUBSUB", "NUMSUB"};
  numsub.insert(numsub.end(), channels.begin(), channels.end());
  Pipeline pipeline;
  pipeline.add(Arguments(numsub));
  pipeline.add({"PUBSUB", "NUMPAT"});
  pipeline.add({"CLIENT", "LIST", "TYPE", "pubsub"});
  for (const auto& other : parse_cluster_nodes(listed.text)) {
    if (other.myself || other.failed) {
      continue;
    }
    ++others.nodes;
    const auto replies = ask_node(other, pipeline, deadline.within(kNodeTime));
    if (replies && !replies->front().is_error()) {
      ++others.reached;
      add_replies(*replies, others);
    } else if (!replies && replies.error().kind == ErrorKind::interrupted) {
      return failure(replies.error());
    } else if (others.reason.empty()) {
      others.reason = fmt::format("{}:{}: {}", other.host, other.port,
                                  replies ? replies->front().text : replies.error().message);
    }
  }
  return others;
}

}  // namespace fogis::redis
