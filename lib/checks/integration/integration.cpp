#include "checks/integration/integration.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <thread>
#include <utility>

#include "checks/context.hpp"
#include "checks/integration/ask_services.hpp"
#include "checks/integration/checks.hpp"
#include "checks/integration/flow.hpp"
#include "checks/integration/same_server.hpp"
#include "checks/integration/survey.hpp"
#include "checks/integration/symptoms.hpp"
#include "checks/integration/traffic.hpp"
#include "checks/suite/checks.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks::integration {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// match-list-processor may take six seconds to look at its dependencies.
constexpr nanoseconds kServicesTime = 8s;

constexpr nanoseconds kSecondLook = 250ms;

/// Whether nothing can be asked any more: other commands than the one that failed included.
bool is_gone(const Error& error) {
  const bool is_refusal = error.phase == Phase::command &&
                          (error.kind == ErrorKind::not_ready || error.kind == ErrorKind::rejected);
  return !is_refusal;
}

/// Collects the evidence, step by step. Used once.
class Collection {
public:
  Collection(Context& context, const Target& target, const Options& options,
             const std::function<void(std::string_view)>& doing)
      : context_(context), doing_(doing), channels_(all_channels(options)) {
    evidence_.options = options;
    evidence_.endpoint = target.settings.endpoint();
    evidence_.service = target.service;
  }

  Evidence collect() {
    ServiceAnswers answers;
    nanoseconds services_took{};
    std::thread services([&] {
      const auto started = steady_clock::now();
      answers = ask_services(evidence_.options, {context_.timeouts().operation, kServicesTime},
                             context_.stop());
      services_took = steady_clock::now() - started;
    });
    look_at_redis();
    doing("waiting for the services' HTTP");
    services.join();
    evidence_.took["services"] = services_took;
    evidence_.processor = std::move(answers.processor);
    evidence_.calendar = std::move(answers.calendar);
    if (answers.calendar_redis && usable()) {
      const auto watch = timed({"configuration"});
      auto comparison = compare_servers(context_, *answers.calendar_redis);
      evidence_.calendar.redis = comparison.sameness;
      evidence_.calendar.redis_is_silent =
          comparison.is_silent && (!is_local(*answers.calendar_redis) || is_calendar_here());
      evidence_.calendar.redis_proof = std::move(comparison.proof);
    }
    if (usable() && is_due_to_reconnect(evidence_)) {
      wait_for_calendar();
    }
    return std::move(evidence_);
  }

private:
  void doing(std::string_view what) const {
    if (doing_) {
      doing_(what);
    }
  }

  /// Adds the time until it is destroyed to what was spent on the checks.
  class Timed {
  public:
    Timed(Evidence& evidence, std::initializer_list<std::string_view> checks)
        : evidence_(evidence), checks_(checks) {}
    ~Timed() {
      for (const auto check : checks_) {
        evidence_.took[check] += steady_clock::now() - started_;
      }
    }
    Timed(const Timed&) = delete;
    Timed& operator=(const Timed&) = delete;

  private:
    Evidence& evidence_;
    std::vector<std::string_view> checks_;
    steady_clock::time_point started_ = steady_clock::now();
  };

  [[nodiscard]] Timed timed(std::initializer_list<std::string_view> checks) {
    return {evidence_, checks};
  }

  [[nodiscard]] bool stopped() const {
    return context_.stop() != nullptr && context_.stop()->requested();
  }

  /// Whether the server has the memory for a part of the run; else `left_out` is told why not.
  bool can_spare(const redis::MemoryNeed& need, std::optional<Error>& left_out) {
    context_.look_at_memory();
    if (!context_.spare_memory().allows(need)) {
      left_out = context_.spare_memory().shortage(need);
    }
    return !left_out;
  }

  [[nodiscard]] bool usable() const { return !evidence_.redis_error && !stopped(); }

  /// Whether an address of the calendar's machine means the same here.
  [[nodiscard]] bool is_calendar_here() const {
    config::ConnectionSettings its_address;
    its_address.host = evidence_.options.calendar->host;
    return is_local(its_address);
  }

  /// Looks again and again until the calendar has subscribed, or has had its time since the start
  /// of Redis.
  void wait_for_calendar() {
    const auto watch = timed({"liveness"});
    const auto began = steady_clock::now();
    const auto uptime = *evidence_.start.uptime;
    const auto deadline =
        Deadline::after(evidence_.options.reconnect_wait - uptime, context_.stop());
    doing("waiting for the calendar to subscribe again");
    while (usable() && is_unheard(evidence_) && deadline.pause(kSecondLook) == WaitOutcome::ready) {
      evidence_.after = survey();
      evidence_.start.uptime = uptime + (steady_clock::now() - began);
    }
    if (usable()) {
      evidence_.start.uptime = uptime + (steady_clock::now() - began);
      evidence_.after = survey();
    }
    if (usable() && !is_unheard(evidence_)) {
      evidence_.start.subscribed_again = evidence_.start.uptime;
    }
  }

  void note_start() {
    auto start = ask_start(context_);
    if (start) {
      evidence_.start = *start;
    } else {
      note_loss(start.error());
    }
  }

  void look_at_redis() {
    doing("connecting to Redis");
    check_health();
    const auto began = steady_clock::now();
    if (usable()) {
      note_start();
    }
    context_.look_at_memory();
    const auto before = context_.spare_memory().memory;
    if (usable()) {
      doing("counting listeners");
      evidence_.before = survey();
      ask_limits();
    }
    if (usable()) {
      doing("sending a message to ourselves");
      send_canaries();
    }
    if (usable()) {
      doing("observing the traffic");
      watch();
    }
    if (usable() && !is_starving(evidence_)) {
      doing("sending messages through the channels");
      send_through();
    }
    if (usable()) {
      evidence_.after = survey();
      count_cut_clients(evidence_.slow.cut_after);
      note_evictions(before);
    }
    if (evidence_.start.uptime) {
      *evidence_.start.uptime += steady_clock::now() - began;
    }
  }

  void note_evictions(const std::optional<redis::Memory>& before) {
    context_.look_at_memory();
    const auto& after = context_.spare_memory().memory;
    if (before && after && after->evicted_keys > before->evicted_keys) {
      warn_of_evictions(evidence_.redis_health, after->evicted_keys - before->evicted_keys,
                        after->policy);
    }
  }

  /// The checks of the suite about a server's health, as one.
  void check_health() {
    const auto watch = timed({"redis"});
    auto connected = check_connection(context_);
    if (!connected && is_gone(connected.error())) {
      evidence_.redis_error = std::move(connected.error());
      return;
    }
    if (!connected) {
      // PING is refused, as with MISCONF and LOADING, but pub/sub may work all the same.
      evidence_.redis_health = verdict_of(connected.error());
      return;
    }
    auto health = check_server_health(context_);
    if (!health) {
      note_loss(health.error());
      evidence_.redis_health = verdict_of(health.error());
      return;
    }
    auto& result = evidence_.redis_health;
    result = std::move(*connected);
    if (health->status != Status::pass) {
      result.status = health->status;
      result.cause = std::move(health->cause);
      result.hint = std::move(health->hint);
      result.summary = std::move(health->summary);
    }
    result.details.insert(result.details.end(), health->details.begin(), health->details.end());
  }

  std::optional<Survey> survey() {
    const auto watch = timed({"wiring"});
    auto survey = take_survey(context_, channels_);
    if (survey) {
      note_waiting(*survey, evidence_.slow);
      return std::move(*survey);
    }
    if (!note_loss(survey.error())) {
      evidence_.survey_error = std::move(survey.error());
    }
    return std::nullopt;
  }

  void ask_limits() {
    std::optional<Error> left_out;
    if (!can_spare({.commands = 1, .kilobytes = 16}, left_out)) {
      return;
    }
    if (const auto asked = ask_output_limit(context_, evidence_.slow); !asked) {
      note_loss(asked.error());
    }
    count_cut_clients(evidence_.slow.cut_before);
  }

  void count_cut_clients(std::optional<std::int64_t>& count) {
    const auto asked = ask_cut_clients(context_);
    if (asked) {
      count = *asked;
    } else {
      note_loss(asked.error());
    }
  }

  void send_canaries() {
    const auto watch = timed({"liveness"});
    redis::CanaryReport silent;
    if (!can_spare({.connections = 4, .commands = 4, .kilobytes = 64}, silent.error)) {
      evidence_.resp2 = std::move(silent);
      return;
    }
    std::thread other([&] { evidence_.resp3 = send_canary(config::RespVersion::resp3, "3"); });
    evidence_.resp2 = send_canary(config::RespVersion::resp2, "2");
    other.join();
    note_loss_if(evidence_.resp2->error);
  }

  [[nodiscard]] redis::CanaryReport send_canary(config::RespVersion protocol,
                                                std::string_view version) const {
    auto settings = context_.settings();
    settings.protocol = protocol;
    settings.client_name = context_.label("canary");
    redis::Canary canary(std::move(settings),
                         {.timeouts = context_.timeouts(),
                          .channel = context_.channel(fmt::format("canary:{}", version)),
                          .messages = 1,
                          .statistics = context_.statistics(),
                          .counts_received = true},
                         context_.stop());
    auto report = canary.sing();
    if (report.error) {
      report.error =
          context_.explain(std::move(*report.error), {report.sent == 0 ? "SUBSCRIBE" : "PUBLISH"});
    }
    return report;
  }

  void watch() {
    const auto watch = timed({"wiring", "contract", "activity"});
    // One connection more for the quiet line.
    if (!can_spare({.connections = 3, .commands = 4, .kilobytes = 256, .client_list = true},
                   evidence_.traffic.error)) {
      return;
    }
    const auto& options = evidence_.options;
    std::thread quiet;
    if (options.observe >= options.quiet_from) {
      quiet = std::thread([&] {
        evidence_.quiet = watch_quiet_line(context_, options.calendar_ping, options.observe);
      });
    }
    evidence_.traffic =
        watch_traffic(context_, channels_, evidence_.service, options.observe, evidence_.slow);
    if (quiet.joinable()) {
      quiet.join();
    }
    note_loss_if(evidence_.traffic.error);
  }

  void send_through() {
    const auto watch = timed({"flow"});
    FlowStep unsent;
    unsent.channel = context_.channel("flow");
    unsent.what = "private";
    if (!can_spare({.connections = 1, .commands = 4, .kilobytes = 64}, unsent.error)) {
      evidence_.flow.push_back(std::move(unsent));
      return;
    }
    evidence_.flow = send_messages(context_, evidence_.options.flow, evidence_.service);
    for (const auto& step : evidence_.flow) {
      note_loss_if(step.error);
    }
  }

  void note_loss_if(const std::optional<Error>& error) {
    if (error) {
      note_loss(*error);
    }
  }

  /// Whether the server is gone: a failure that may mean so, and it does not answer when asked
  /// anew.
  bool note_loss(const Error& error) {
    if (stopped() || !is_connection_failure(error)) {
      return false;
    }
    auto connection = context_.open_connection();
    auto pong = connection ? context_.ask(*connection, {"PING"})
                           : Result<redis::Reply>(failure(connection.error()));
    if (pong || pong.error().kind == ErrorKind::forbidden || !is_gone(pong.error())) {
      return false;
    }
    evidence_.redis_error = std::move(pong.error());
    return true;
  }

  Context& context_;
  const std::function<void(std::string_view)>& doing_;
  const std::vector<std::string> channels_;
  Evidence evidence_;
};

/// What an interruption has cut short says nothing about the services.
void note_interruption(Report& report) {
  report.interrupted = true;
  report.error.reset();
  for (auto& check : report.checks) {
    if (check.result.status != Status::pass) {
      check.result = skipped("interrupted", "interrupted");
    }
  }
}

}  // namespace

Run run_integration(const Target& target, const Options& options, const StopEvent* stop,
                    const std::function<void(std::string_view)>& doing) {
  SuiteOptions suite;
  suite.allow_evictions = options.allow_evictions;
  suite.message_limits = {.bytes = options.max_message_size, .option = "--max-message-size"};
  Context context(target.settings, target.timeouts, std::move(suite), stop);
  Run run;
  auto& report = run.report;
  report.kind = "integration";
  report.endpoint = target.settings.endpoint();
  report.started = std::chrono::system_clock::now();
  const auto started = steady_clock::now();
  const auto evidence = Collection(context, target, options, doing).collect();
  report.traces_causes = true;
  report.checks = judge_all(evidence);
  report.unseen = unseen(evidence);
  report.error = evidence.redis_error;
  report.server = context.server();
  report.duration = steady_clock::now() - started;
  if (stop != nullptr && stop->requested()) {
    note_interruption(report);
  }
  run.statistics = context.client().statistics()->snapshot();
  return run;
}

}  // namespace fogis::checks::integration
