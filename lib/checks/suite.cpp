#include "checks/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/suggest.hpp"
#include "checks/context.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::string_view kInterrupted = "interrupted";
constexpr std::size_t kFewestOperations = 50;
constexpr std::size_t kMostOperations = 1'000'000;
constexpr std::size_t kLargestPayload = std::size_t{64} << 20U;

bool contains(const std::vector<std::string>& ids, std::string_view id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

Error unknown_check(const std::string& id) {
  std::vector<std::string_view> known;
  for (const auto& check : suite_checks()) {
    known.push_back(check.id);
  }
  const auto meant = nearest(id, known);
  return make_error(ErrorKind::usage, Phase::usage, fmt::format("unknown check \"{}\"", id),
                    meant ? fmt::format("did you mean {}? --list shows all", *meant)
                          : std::string("--list shows all"));
}

Result<void> validate_ids(const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    const auto checks = suite_checks();
    if (std::none_of(checks.begin(), checks.end(),
                     [&](const Check& check) { return check.id == id; })) {
      return failure(unknown_check(id));
    }
  }
  return {};
}

Result<void> validate_numbers(const SuiteOptions& options) {
  const auto refuse = [](std::string message) {
    return failure(make_error(ErrorKind::usage, Phase::usage, std::move(message)));
  };
  if (options.operations < kFewestOperations || options.operations > kMostOperations) {
    return refuse(fmt::format("operations must be {} to {}, not {}", kFewestOperations,
                              kMostOperations, options.operations));
  }
  if (options.payload_size == 0 || options.payload_size > kLargestPayload) {
    return refuse(fmt::format("the payload size must be 1 to {} bytes, not {}", kLargestPayload,
                              options.payload_size));
  }
  return options.repeat == 0 ? refuse("repeat must be at least 1") : Result<void>();
}

/// Runs checks one after the other and keeps the books. Used once.
class Runner {
public:
  Runner(Context& context, std::vector<const Check*> checks, const Observer& observer)
      : context_(context), checks_(std::move(checks)), observer_(observer) {}

  Report run() {
    report_.kind = "test-suite";
    report_.essential = "pub-sub";
    report_.endpoint = context_.settings().endpoint();
    report_.started = std::chrono::system_clock::now();
    const auto started = steady_clock::now();
    if (!checks_.empty() && checks_.front() != &gate()) {
      pass_hidden_gate();
    }
    for (run_ = 1; run_ <= context_.options().repeat; ++run_) {
      // Runs that cannot begin any more are not listed: there may be a million of them.
      if (run_ > 1 && reason_to_skip()) {
        break;
      }
      for (index_ = 0; index_ < checks_.size(); ++index_) {
        execute(*checks_[index_]);
      }
    }
    report_.leftovers = context_.clean_up();
    report_.server = context_.server();
    report_.duration = steady_clock::now() - started;
    return std::move(report_);
  }

private:
  /// `connection`: nothing else can work without it.
  static const Check& gate() { return suite_checks().front(); }

  [[nodiscard]] bool stopped() const {
    return context_.stop() != nullptr && context_.stop()->requested();
  }

  void pass_hidden_gate() {
    const auto started = steady_clock::now();
    auto result = perform(gate());
    if (report_.error) {
      report_.checks.push_back({std::string(gate().id), std::string(gate().title),
                                std::move(result), steady_clock::now() - started, 1});
    }
  }

  void execute(const Check& check) {
    if (observer_.started) {
      observer_.started(check, index_ + (run_ - 1) * checks_.size(),
                        checks_.size() * context_.options().repeat);
    }
    const auto started = steady_clock::now();
    auto result = reason_to_skip();
    if (!result) {
      result = perform(check);
    }
    CheckReport report{std::string(check.id), std::string(check.title), std::move(*result),
                       steady_clock::now() - started, run_};
    if (report.result.status == Status::fail || report.result.status == Status::error) {
      failed_ = true;
    }
    if (observer_.finished) {
      observer_.finished(report);
    }
    report_.checks.push_back(std::move(report));
    if (lost_during_) {
      note_loss(*std::exchange(lost_during_, nullptr));
    }
  }

  std::optional<CheckResult> reason_to_skip() {
    if (stopped()) {
      report_.interrupted = true;
      return skipped("not run", std::string(kInterrupted));
    }
    if (report_.error) {
      return skipped("not run", "there is no connection: " + report_.error->message);
    }
    if (failed_ && context_.options().fail_fast) {
      return skipped("not run", "an earlier check failed (--fail-fast)");
    }
    return std::nullopt;
  }

  CheckResult perform(const Check& check) {
    auto outcome = run(check);
    auto result = outcome ? std::move(*outcome) : verdict_of(outcome.error());
    // What an interruption has cut short says nothing about the server.
    if (stopped() && result.status != Status::pass) {
      report_.interrupted = true;
      result = skipped("interrupted", std::string(kInterrupted));
    } else if (&check == &gate()) {
      judge_gate(result);
    } else if (result.error && is_connection_failure(*result.error) && !server_answers()) {
      lost_during_ = &check;
      result.status = Status::skip;
      result.summary = "the connection was lost";
    }
    context_.clean_up();
    if (!report_.error && !stopped()) {
      note_evictions(result);
    }
    return result;
  }

  /// Runs the check where the server can spare what it takes.
  Result<CheckResult> run(const Check& check) {
    const bool needs_memory = check.need.bytes() > 0;
    return needs_memory && !context_.spare_memory().allows(check.need)
               ? context_.spare_memory().refusal(check.need)
               : check.run(context_);
  }

  /// Looks at the memory for the next check, and at what the last one may have done to it.
  void note_evictions(CheckResult& result) {
    context_.look_at_memory();
    const auto& memory = context_.spare_memory().memory;
    if (!memory) {
      return;
    }
    const auto before = std::exchange(evicted_keys_, memory->evicted_keys);
    if (before && memory->evicted_keys > *before) {
      warn_of_evictions(result, memory->evicted_keys - *before, memory->policy);
    }
  }

  /// Whatever keeps us from connecting ends the report.
  void judge_gate(CheckResult& result) {
    if (result.error) {
      result.status = Status::error;
      report_.error = result.error;
    }
  }

  /// Asks anew whether the server can be reached and lets us in.
  bool server_answers() {
    auto connection = context_.open_connection();
    auto answer = connection ? context_.ask(*connection, {"PING"})
                             : Result<redis::Reply>(failure(connection.error()));
    if (answer || answer.error().kind == ErrorKind::forbidden) {
      return true;
    }
    report_.error = std::move(answer.error());
    return false;
  }

  /// The server went away while `check` ran: `connection` is what failed, not the check.
  void note_loss(const Check& check) {
    auto found = std::find_if(report_.checks.rbegin(), report_.checks.rend(),
                              [](const CheckReport& report) { return report.id == gate().id; });
    if (found == report_.checks.rend()) {
      report_.checks.insert(
          report_.checks.begin(),
          CheckReport{std::string(gate().id), std::string(gate().title), {}, {}, run_});
      found = std::prev(report_.checks.rend());
    }
    auto& result = found->result;
    result.status = Status::error;
    result.summary = fmt::format("lost during {}", check.id);
    result.cause =
        fmt::format("the server was lost during {}: {}", check.id, report_.error->message);
    result.hint = report_.error->hint;
    result.error = report_.error;
  }

  Context& context_;
  const std::vector<const Check*> checks_;
  const Observer& observer_;
  Report report_;
  unsigned run_ = 1;
  std::size_t index_ = 0;
  bool failed_ = false;
  std::optional<std::int64_t> evicted_keys_;  ///< at the last look
  const Check* lost_during_ = nullptr;
};

}  // namespace

Result<std::vector<const Check*>> select_checks(const SuiteOptions& options) {
  TRY(validate_numbers(options));
  TRY(validate_ids(options.only));
  TRY(validate_ids(options.skip));
  std::vector<const Check*> selected;
  for (const auto& check : suite_checks()) {
    const bool wanted = options.only.empty() || contains(options.only, check.id);
    if (wanted && !contains(options.skip, check.id)) {
      selected.push_back(&check);
    }
  }
  return selected;
}

Result<SuiteRun> run_suite(const config::ConnectionSettings& settings, redis::Timeouts timeouts,
                           const SuiteOptions& options, const StopEvent* stop,
                           const Observer& observer) {
  TRY_ASSIGN(auto checks, select_checks(options));
  Context context(settings, timeouts, options, stop);
  auto report = Runner(context, std::move(checks), observer).run();
  return SuiteRun{std::move(report), context.client().statistics()->snapshot()};
}

}  // namespace fogis::checks
