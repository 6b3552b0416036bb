#include "checks/integration/survey.hpp"

#include <algorithm>
#include <utility>

#include "base/number.hpp"
#include "base/text.hpp"
#include "redis/cluster.hpp"

namespace fogis::checks::integration {
namespace {

bool is_refusal(const Error& error) {
  return error.kind == ErrorKind::forbidden || error.kind == ErrorKind::rejected;
}

/// A reply, or nothing when it is refused. Other failures stay.
Result<std::optional<redis::Reply>> ask_if_allowed(
    Context& context, std::initializer_list<std::string_view> command) {
  auto reply = context.ask(command, redis::Repeat::if_unsure);
  if (reply) {
    return std::optional(std::move(*reply));
  }
  if (is_refusal(reply.error())) {
    return std::optional<redis::Reply>();
  }
  return failure(std::move(reply.error()));
}

Result<void> count_listeners(Context& context, const std::vector<std::string>& channels,
                             Survey& survey) {
  std::vector<std::string_view> command{"PUBSUB", "NUMSUB"};
  command.insert(command.end(), channels.begin(), channels.end());
  TRY_ASSIGN(const auto reply, context.client().command(command, redis::Repeat::if_unsure));
  if (reply.is_error()) {
    return failure(context.refusal(reply, {"PUBSUB", "NUMSUB"}));
  }
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    survey.listeners[reply.elements[i].text] = reply.elements[i + 1].integer;
  }
  return {};
}

Result<void> list_clients(Context& context, Survey& survey) {
  constexpr redis::MemoryNeed kNeed{.commands = 1, .kilobytes = 32, .client_list = true};
  if (const auto& spare = context.spare_memory(); !spare.allows(kNeed)) {
    survey.clients_refusal =
        "CLIENT LIST was left out, so consumers cannot be distinguished from this tool: " +
        spare.shortage(kNeed).message;
    return {};
  }
  const auto reply = context.ask({"CLIENT", "LIST", "TYPE", "pubsub"}, redis::Repeat::if_unsure);
  if (reply) {
    survey.clients = parse_client_list(reply->text, context.settings().client_name);
    return {};
  }
  if (!is_refusal(reply.error())) {
    return failure(reply.error());
  }
  survey.clients_refusal =
      "CLIENT LIST is refused, so consumers cannot be distinguished from this tool";
  return {};
}

/// Nothing where the counts may have been reset: Redis before 7 does not tell CONFIG RESETSTAT from
/// other subcommands.
std::optional<std::int64_t> count_subscribes(const redis::Info& commands) {
  if (commands.text("cmdstat_config|resetstat") || commands.text("cmdstat_config")) {
    return std::nullopt;
  }
  constexpr std::string_view kCalls = "calls=";
  const auto text = commands.text("cmdstat_subscribe").value_or("calls=0,");
  const auto digits = std::string_view(text).substr(0, text.find(','));
  return digits.starts_with(kCalls) ? parse_number<std::int64_t>(digits.substr(kCalls.size()))
                                    : std::nullopt;
}

/// A message reaches the subscribers of all nodes; the one that was asked has counted its own.
Result<void> add_other_nodes(Context& context, const std::vector<std::string>& channels,
                             Survey& survey) {
  TRY_ASSIGN(auto lease, context.client().lease());
  if (!lease->report().server.is_cluster()) {
    return {};
  }
  redis::ClusterNodes nodes(context.settings());
  TRY_ASSIGN(auto others, nodes.ask(*lease, channels, context.operation_deadline()));
  for (const auto& [channel, count] : others.subscribers) {
    survey.listeners[channel] += count;
  }
  survey.patterns += others.patterns;
  survey.unseen_nodes = others.unseen();
  if (!survey.clients) {
    return {};
  }
  if (!others.lists_clients) {
    survey.clients.reset();
    survey.clients_refusal =
        "CLIENT LIST is refused by another node, so consumers cannot be distinguished from this "
        "tool";
    return {};
  }
  for (auto& client : others.clients) {
    const bool ours = redis::is_own_client(client.name, context.settings().client_name);
    survey.clients->push_back({std::move(client), ours});
  }
  return {};
}

}  // namespace

std::vector<PubSubClient> parse_client_list(std::string_view reply, std::string_view our_name) {
  std::vector<PubSubClient> clients;
  for (auto& client : redis::parse_client_list(reply)) {
    if (client.channels > 0 || client.patterns > 0) {
      const bool ours = redis::is_own_client(client.name, our_name);
      clients.push_back({std::move(client), ours});
    }
  }
  return clients;
}

Result<Survey> take_survey(Context& context, const std::vector<std::string>& channels) {
  constexpr redis::MemoryNeed kNeed{.commands = 2, .kilobytes = 16};
  if (const auto& spare = context.spare_memory(); !spare.allows(kNeed)) {
    return failure(spare.shortage(kNeed));
  }
  Survey survey;
  TRY(count_listeners(context, channels, survey));
  TRY_ASSIGN(const auto patterns, ask_if_allowed(context, {"PUBSUB", "NUMPAT"}));
  survey.patterns = patterns ? patterns->integer : 0;
  TRY(list_clients(context, survey));
  TRY(add_other_nodes(context, channels, survey));
  return survey;
}

Result<void> ask_output_limit(Context& context, SlowSubscribers& slow) {
  TRY_ASSIGN(const auto reply,
             ask_if_allowed(context, {"CONFIG", "GET", "client-output-buffer-limit"}));
  if (reply && reply->elements.size() == 2) {
    if (const auto parsed = redis::parse_output_buffer_limit(reply->elements[1].text, "pubsub")) {
      slow.limit = *parsed;
      slow.limit_known = true;
    }
  }
  return {};
}

Result<std::optional<std::int64_t>> ask_cut_clients(Context& context) {
  TRY_ASSIGN(const auto reply, ask_if_allowed(context, {"INFO", "stats"}));
  return reply ? redis::Info(reply->text).integer("client_output_buffer_limit_disconnections")
               : std::nullopt;
}

Result<ServerStart> ask_start(Context& context) {
  ServerStart start;
  TRY_ASSIGN(const auto server, ask_if_allowed(context, {"INFO", "server"}));
  if (server) {
    if (const auto seconds = redis::Info(server->text).integer("uptime_in_seconds")) {
      start.uptime = std::chrono::seconds(*seconds);
    }
  }
  TRY_ASSIGN(const auto commands, ask_if_allowed(context, {"INFO", "commandstats"}));
  if (commands && !commands->text.empty()) {
    start.subscribes = count_subscribes(redis::Info(commands->text));
  }
  return start;
}

void note_waiting(const Survey& survey, SlowSubscribers& slow) {
  if (!survey.clients) {
    return;
  }
  for (const auto& client : *survey.clients) {
    if (!client.ours && client.output_buffer > slow.most_waiting) {
      slow.most_waiting = client.output_buffer;
      slow.slowest = escape_for_terminal(client.name.empty() ? client.address : client.name);
    }
  }
}

Result<void> sample_waiting(Context& context, SlowSubscribers& slow) {
  Survey survey;
  TRY(list_clients(context, survey));
  note_waiting(survey, slow);
  TRY_ASSIGN(const auto info, ask_if_allowed(context, {"INFO", "clients"}));
  if (info) {
    const auto largest = redis::Info(info->text).integer("client_recent_max_output_buffer");
    slow.recent_largest = std::max(slow.recent_largest, largest.value_or(0));
  }
  return {};
}

}  // namespace fogis::checks::integration
