#include "monitor/collector.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.hpp"
#include "base/text.hpp"
#include "message/channels.hpp"
#include "redis/server_error.hpp"

namespace fogis::monitor {
namespace {

constexpr unsigned kPings = 5;               ///< in each sample
constexpr std::int64_t kManyClients = 1000;  ///< CLIENT LIST costs the server for each of them
constexpr auto kCanaryConnect = std::chrono::seconds(2);
constexpr auto kMinute = std::chrono::minutes(1);
constexpr std::size_t kMostBytes = std::size_t{8} << 20U;

redis::Connection::Options connection_options(std::shared_ptr<redis::Statistics> statistics) {
  return {.limits = {.bytes = kMostBytes}, .statistics = std::move(statistics)};
}

}  // namespace

Collector::Collector(config::ConnectionSettings settings, Options options, const StopEvent* stop)
    : settings_(std::move(settings)),
      options_(std::move(options)),
      stop_(stop),
      statistics_(std::make_shared<redis::Statistics>()),
      nodes_(settings_),
      canary_(settings_,
              {.timeouts = {.connect = std::min<std::chrono::nanoseconds>(options_.timeouts.connect,
                                                                          kCanaryConnect),
                            .operation = options_.timeouts.operation},
               .statistics = statistics_},
              stop),
      backoff_(options_.retry) {}

Result<void> Collector::connect() {
  if (connection_ && connection_->is_clean()) {
    return {};
  }
  connection_.reset();
  if (failure_ && Clock::now() < next_attempt_) {
    return failure(*failure_);
  }
  TRY_ASSIGN(auto opened,
             redis::Connection::open(settings_, Deadline::after(options_.timeouts.connect, stop_),
                                     connection_options(statistics_)));
  connection_.emplace(std::move(opened));
  next_recheck_ = {};
  return {};
}

/// Remembers a refusal, so that it is neither asked again at once nor counted by the server each
/// time. False when the reply is none.
bool Collector::refuse(std::string_view what, const redis::Reply& reply) {
  if (!reply.is_error()) {
    return false;
  }
  auto error = redis::to_error(reply, Phase::command, {});
  refused_.insert_or_assign(std::string(what),
                            Refusal{.reason = std::move(error.message),
                                    .hint = std::move(error.hint),
                                    .for_now = error.kind == ErrorKind::not_ready});
  return true;
}

Result<void> Collector::read_info(Sample& sample) {
  if (is_refused("INFO")) {
    return {};
  }
  const auto deadline = Deadline::after(options_.timeouts.operation, stop_);
  TRY_ASSIGN(auto reply, connection_->command({"INFO"}, deadline));
  if (!refuse("INFO", reply)) {
    sample.info = redis::Info(reply.text);
    sample.server = redis::identify_by_info(sample.info);
  }
  return {};
}

Result<void> Collector::ping(Sample& sample) {
  for (unsigned i = 0; i < kPings && !is_refused("PING"); ++i) {
    const auto deadline = Deadline::after(options_.timeouts.operation, stop_);
    const auto sent = Clock::now();
    TRY_ASSIGN(auto reply, connection_->command({"PING"}, deadline));
    ping_.record(Clock::now() - sent);
    if (reply.is_error() && redis::classify(reply) == ErrorKind::forbidden) {
      refuse("PING", reply);
      ping_.clear();
    } else if (!reply.is_status("PONG")) {
      sample.ping_refusal = reply.is_error() ? reply.text : redis::describe(reply);
      return {};
    }
  }
  return {};
}

/// Whether the server can do that without evicting a key; else notes why it was not asked. Where
/// INFO does not tell, it counts as able: little is asked for then, or the user asked for it.
bool Collector::spares(const Sample& sample, std::string_view what, const redis::MemoryNeed& need) {
  const auto memory = redis::read_memory(sample.info);
  if (!memory || memory->can_spare(memory->cost(need))) {
    return true;
  }
  refused_.insert_or_assign(std::string(what),
                            Refusal{.reason = memory->shortage(memory->cost(need)),
                                    .hint = "free memory or raise maxmemory",
                                    .for_now = true});
  return false;
}

Result<void> Collector::read_settings(const Sample& sample) {
  if (!spares(sample, "CONFIG GET", {.commands = 1, .kilobytes = 32})) {
    return {};
  }
  redis::Pipeline pipeline;
  pipeline.add({"CONFIG", "GET", "client-output-buffer-limit"});  // one name a call before 7.0
  pipeline.add({"CONFIG", "GET", "save"});
  pipeline.add({"CONFIG", "GET", "maxclients"});
  TRY_ASSIGN(const auto replies,
             connection_->run(pipeline, Deadline::after(options_.timeouts.operation, stop_)));
  server_settings_ = {};
  for (const auto& reply : replies) {
    if (refuse("CONFIG GET", reply) || reply.elements.size() != 2) {
      continue;
    }
    const auto& value = reply.elements[1].text;
    if (reply.elements[0].text == "save") {
      server_settings_.snapshots = !value.empty();
    } else if (reply.elements[0].text == "maxclients") {
      server_settings_.max_clients = parse_number<double>(value);
    } else {
      server_settings_.pubsub_limit = redis::parse_output_buffer_limit(value, "pubsub");
    }
  }
  return {};
}

void Collector::take_detail(std::string_view what, const redis::Reply& reply, Sample& sample) {
  if (refuse(what, reply)) {
    return;
  }
  if (what == "PUBSUB NUMSUB") {
    sample.channels = parse_channel_subscribers(reply);
  } else if (what == "CLUSTER INFO") {
    sample.cluster = redis::Info(reply.text);
  } else if (what == "SLOWLOG GET") {
    sample.slow_log = parse_slow_log(reply, settings_.client_name);
  } else if (what == "LATENCY LATEST") {
    sample.latency_events = parse_latency_events(reply);
  } else {
    own_listeners_.clear();
    sample.pubsub_clients.emplace();
    sort_clients(redis::parse_client_list(reply.text), sample);
  }
}

void Collector::sort_clients(std::vector<redis::PubSubClient> clients, Sample& sample) {
  for (auto& client : clients) {
    const bool ours = client.id == canary_.client_id() ||
                      redis::is_own_client(client.name, settings_.client_name);
    (ours ? own_listeners_ : *sample.pubsub_clients).push_back(std::move(client));
  }
}

/// A message reaches the subscribers of all nodes; the one that is asked counts its own.
Result<void> Collector::add_other_nodes(Sample& sample) {
  if (!sample.server.is_cluster() || !sample.channels) {
    return {};
  }
  std::vector<std::string> names;
  for (const auto& channel : *sample.channels) {
    names.push_back(channel.channel);
  }
  TRY_ASSIGN(auto others,
             nodes_.ask(*connection_, names, Deadline::after(options_.timeouts.operation, stop_)));
  for (auto& channel : *sample.channels) {
    channel.subscribers += others.subscribers[channel.channel];
  }
  if (sample.pubsub_clients) {
    sort_clients(std::move(others.clients), sample);
  }
  sample.unseen_nodes = others.unseen();
  return {};
}

/// This tool listens as well while it subscribes, observes or sends canaries: that is nobody who
/// handles a message.
Result<void> Collector::discount_own_listeners(Sample& sample) {
  const bool listening =
      std::any_of(own_listeners_.begin(), own_listeners_.end(), [this](const auto& client) {
        return client.channels > 0 && client.id != canary_.client_id();
      });
  if (!sample.channels || !sample.pubsub_clients || !listening) {
    return {};
  }
  const auto deadline = Deadline::after(options_.timeouts.operation, stop_);
  TRY_ASSIGN(const auto listed, connection_->command({"PUBSUB", "CHANNELS"}, deadline));
  std::vector<std::string> active;
  std::int64_t canaries = 0;
  for (const auto& channel : listed.elements) {
    // A canary's channel has one subscriber: its name is random.
    if (channel.text.starts_with("fogis:test:")) {
      ++canaries;
    } else {
      active.push_back(channel.text);
    }
  }
  discount(*sample.channels, own_listeners_, *sample.pubsub_clients, active, canaries);
  return {};
}

/// Everything that INFO does not tell, in one round trip.
Result<void> Collector::read_details(Sample& sample) {
  redis::Pipeline pipeline;
  std::vector<std::string_view> asked;
  const auto ask = [&](std::string_view what, std::initializer_list<std::string_view> command,
                       const redis::MemoryNeed& need) {
    if (!is_refused(what) && spares(sample, what, need)) {
      pipeline.add(command);
      asked.push_back(what);
    }
  };
  if (!is_refused("PUBSUB NUMSUB") &&
      spares(sample, "PUBSUB NUMSUB", {.commands = 1, .kilobytes = 16})) {
    std::vector<std::string_view> command{"PUBSUB", "NUMSUB"};
    for (const auto& channel : message::channels()) {
      command.push_back(channel.name);
    }
    pipeline.add(redis::Arguments(command));
    asked.emplace_back("PUBSUB NUMSUB");
  }
  if (sample.server.is_cluster()) {
    ask("CLUSTER INFO", {"CLUSTER", "INFO"}, {.commands = 1, .kilobytes = 16});
  }
  ask("SLOWLOG GET", {"SLOWLOG", "GET", "32"}, {.commands = 1, .kilobytes = 160});
  ask("LATENCY LATEST", {"LATENCY", "LATEST"}, {.commands = 1, .kilobytes = 32});
  if (sample.integer("connected_clients").value_or(0) <= kManyClients) {
    // With the other replies of this round trip, and PUBSUB CHANNELS after it.
    ask("CLIENT LIST", {"CLIENT", "LIST", "TYPE", "pubsub"},
        {.commands = 4, .kilobytes = 224, .client_list = true});
  } else {
    refused_.insert_or_assign(
        "CLIENT LIST",
        Refusal{.reason = fmt::format("with more than {} clients it costs the server too much",
                                      kManyClients),
                .hint = "close unneeded connections, or run fogis-redis integration",
                .for_now = true});
  }
  if (asked.empty()) {
    return {};
  }
  TRY_ASSIGN(auto replies,
             connection_->run(pipeline, Deadline::after(options_.timeouts.operation, stop_)));
  for (std::size_t i = 0; i < asked.size(); ++i) {
    take_detail(asked[i], replies[i], sample);
  }
  TRY(add_other_nodes(sample));
  return discount_own_listeners(sample);
}

std::optional<Lookups> Collector::recent_lookups(const Sample& sample) {
  const auto hits = sample.info.number("keyspace_hits");
  const auto misses = sample.info.number("keyspace_misses");
  if (!hits || !misses) {
    return std::nullopt;
  }
  if (!lookups_.empty() &&
      (lookups_.back().second.hits > *hits || lookups_.back().second.misses > *misses)) {
    lookups_.clear();  // CONFIG RESETSTAT
  }
  lookups_.emplace_back(sample.at, Lookups{*hits, *misses});
  while (lookups_.size() > 2 && sample.at - lookups_.front().first > kMinute) {
    lookups_.pop_front();
  }
  const auto& oldest = lookups_.front().second;
  return lookups_.size() < 2 ? std::nullopt
                             : std::optional(Lookups{*hits - oldest.hits, *misses - oldest.misses});
}

/// Adds what only more than one look can tell.
void Collector::connect_with_past(Observation& observation) {
  const auto& sample = observation.sample;
  if (last_) {
    auto events = compare(*last_, sample);
    pending_events_.insert(pending_events_.end(), std::make_move_iterator(events.begin()),
                           std::make_move_iterator(events.end()));
    if (const auto changed = compare_runs(*last_, sample); changed != Run::same) {
      restarts_ += changed == Run::restarted ? 1 : 0;
      lookups_.clear();
      ping_.clear();
      canary_.reset();
    } else if (!last_->info.empty() && !sample.info.empty()) {
      observation.changes.emplace(*last_, sample);
    }
  }
  observation.lookups = recent_lookups(sample);
  if (!last_ || last_->info.empty() || !sample.info.empty()) {
    last_ = sample;
  }
}

/// A canary whose connections are there takes nothing more.
void Collector::send_canary(Observation& observation) {
  constexpr redis::MemoryNeed kNeed{.connections = 2, .commands = 3, .kilobytes = 32};
  if (canary_.client_id() || spares(observation.sample, "canary", kNeed)) {
    observation.canary = canary_.sing();
    return;
  }
  const auto& refusal = refused_["canary"];
  observation.canary.emplace();
  observation.canary->error =
      make_error(ErrorKind::forbidden, Phase::command, refusal.reason, refusal.hint);
}

Result<Observation> Collector::look() {
  TRY(connect());
  const bool rechecks = Clock::now() >= next_recheck_;
  std::erase_if(refused_,
                [rechecks](const auto& refusal) { return rechecks || refusal.second.for_now; });
  Observation observation;
  auto& sample = observation.sample;
  sample.taken = std::chrono::system_clock::now();
  TRY(read_info(sample));
  sample.at = Clock::now();
  sample.own_commands = statistics_->snapshot().operations;
  if (rechecks) {
    TRY(read_settings(sample));
    const auto refused = refused_.find("CONFIG GET");
    if (refused == refused_.end() || !refused->second.for_now) {
      next_recheck_ = Clock::now() + options_.recheck;
    }
  }
  TRY(read_details(sample));
  sample.settings = server_settings_;
  connect_with_past(observation);
  return observation;
}

/// What is timed here rather than asked for.
Result<void> Collector::measure(Observation& observation) {
  TRY(ping(observation.sample));
  observation.ping = ping_.summary();
  if (options_.probe) {
    send_canary(observation);
  }
  observation.sample.refusals = refused_;
  return {};
}

Result<Observation> Collector::observe() {
  TRY_ASSIGN(auto observation, look());
  const auto unlimited = Deadline::never(stop_);
  if (options_.glance && !observation.changes && !observation.sample.info.empty() &&
      unlimited.pause(*options_.glance) == WaitOutcome::ready) {
    TRY_ASSIGN(observation, look());
  }
  TRY(measure(observation));
  if (unlimited.stopped()) {
    return failure(interrupted_error(Phase::command));
  }
  return observation;
}

void Collector::note_failure(const Error& error, Report& report) {
  connection_.reset();
  report.error = error;
  report.verdict = judge(error);
  if (error.kind == ErrorKind::interrupted) {
    return;
  }
  ++failures_;
  if (!failure_ && last_) {
    pending_events_.push_back({report.taken, EventKind::lost, error.message});
  }
  if (Clock::now() >= next_attempt_) {
    next_attempt_ = Clock::now() + backoff_.next();
  }
  failure_ = error;
}

void Collector::note_health(Report& report) {
  const auto health = report.verdict.health;
  if (last_health_ && *last_health_ != health) {
    report.events.push_back({report.taken, EventKind::health_changed,
                             fmt::format("{}, was {}", name(health), name(*last_health_))});
  }
  last_health_ = health;
}

Report Collector::take_sample() {
  Report report;
  report.number = ++number_;
  report.endpoint = settings_.endpoint();
  report.taken = std::chrono::system_clock::now();
  const auto begin = Clock::now();
  pending_events_.clear();
  const bool known = last_.has_value();
  auto observation = observe();
  if (observation) {
    if (failure_ && known) {
      pending_events_.insert(pending_events_.begin(),
                             {report.taken, EventKind::restored, "the server answers again"});
    }
    failure_.reset();
    backoff_.reset();
    report.verdict = judge(*observation, options_.thresholds);
    report.observation = std::move(*observation);
  } else {
    note_failure(observation.error(), report);
  }
  report.events = std::move(pending_events_);
  pending_events_.clear();
  note_health(report);
  report.restarts = restarts_;
  report.failures = failures_;
  report.statistics = statistics_->snapshot();
  report.finished = Clock::now();
  report.took = report.finished - begin;
  if (report.observation) {
    answered_ = report.finished;
  }
  report.answered = answered_;
  return report;
}

}  // namespace fogis::monitor
