#include <fmt/format.h>

#include <array>
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/histogram.hpp"
#include "checks/suite/checks.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::size_t kValueSize = 1700;  ///< a FOGIS message with one match
constexpr auto kSlowP99 = 50ms;           ///< what FOGIS operators call critical
constexpr auto kRenewal = 30s;  ///< how often the key's TTL is renewed: well before its end

struct Measurement {
  std::string_view operation;
  Histogram latency;
  nanoseconds elapsed{};

  [[nodiscard]] double rate() const {
    const auto seconds = std::chrono::duration<double>(elapsed).count();
    return seconds > 0 ? static_cast<double>(latency.count()) / seconds : 0;
  }
};

/// Runs one command again and again on one connection, each execution timed.
class Stopwatch {
public:
  Stopwatch(Context& context, redis::Connection& connection, std::string key)
      : context_(context), connection_(connection), key_(std::move(key)) {}

  Result<Measurement> measure(std::initializer_list<std::string_view> command) {
    Measurement measured;
    measured.operation = *command.begin();
    for (std::size_t i = 0; i < context_.options().operations; ++i) {
      TRY(renew());
      const auto started = steady_clock::now();
      const auto reply = context_.ask(connection_, command);
      const nanoseconds taken = steady_clock::now() - started;
      if (!reply) {
        return failure(reply.error());
      }
      measured.latency.record(taken);
      measured.elapsed += taken;
    }
    return measured;
  }

private:
  /// A long run must neither lose its key nor leave it for ever.
  Result<void> renew() {
    if (steady_clock::now() - renewed_ < kRenewal) {
      return {};
    }
    renewed_ = steady_clock::now();
    const auto done = context_.ask(connection_, {"EXPIRE", key_, kKeyTtlSeconds});
    return done ? Result<void>() : failure(done.error());
  }

  Context& context_;
  redis::Connection& connection_;
  const std::string key_;
  steady_clock::time_point renewed_ = steady_clock::now();
};

void judge(const Measurement& measured, const SuiteOptions& options, Findings& findings) {
  const auto p99 = measured.latency.quantile(0.99);
  const auto slow_hint = "check the load of server and network: SLOWLOG GET, LATENCY LATEST";
  if (options.max_p99 && p99 > *options.max_p99) {
    findings.fail(fmt::format("{} p99 {} is over {}", measured.operation, format_duration(p99),
                              format_duration(*options.max_p99)),
                  slow_hint);
  } else if (!options.max_p99 && p99 > kSlowP99) {
    findings.warn(fmt::format("{} p99 {} is over {}", measured.operation, format_duration(p99),
                              format_duration(kSlowP99)),
                  slow_hint);
  }
  if (options.min_ops && measured.rate() < *options.min_ops) {
    findings.fail(
        fmt::format("{} {:.0f} operations per second are below {:.0f}", measured.operation,
                    measured.rate(), *options.min_ops),
        "a remote server is limited by its round-trip time: measure from where the services run");
  }
}

/// `24.3k`, to fit the table.
std::string short_rate(double rate) {
  constexpr double kThousand = 1000;
  return rate < 10 * kThousand ? fmt::format("{:.0f}", rate)
                               : fmt::format("{:.0f}k", rate / kThousand);
}

void add_details(CheckResult& result, const Measurement& measured, std::string_view prefix) {
  result.detail(fmt::format("{}_ops_per_second", prefix), std::round(measured.rate()))
      .detail(fmt::format("{}_p50", prefix), measured.latency.quantile(0.5))
      .detail(fmt::format("{}_p99", prefix), measured.latency.quantile(0.99));
}

Result<std::vector<Measurement>> measure_all(Context& context) {
  TRY_ASSIGN(auto lease, context.client().lease());
  const auto key = context.key("performance");
  const auto channel = context.channel("performance");
  const std::string value(kValueSize, 'x');
  Stopwatch stopwatch(context, *lease, key);
  std::vector<Measurement> measurements;
  const auto add = [&](std::initializer_list<std::string_view> command) -> Result<void> {
    TRY_ASSIGN(auto measured, stopwatch.measure(command));
    measurements.push_back(std::move(measured));
    return {};
  };
  auto done = add({"SET", key, value, "EX", kKeyTtlSeconds});
  if (done) {
    done = add({"GET", key});
  }
  if (done) {
    done = add({"PUBLISH", channel, value});
  }
  if (!done) {
    return failure(done.error());
  }
  return measurements;
}

}  // namespace

Result<CheckResult> check_performance(Context& context) {
  TRY_ASSIGN(const auto measurements, measure_all(context));
  constexpr std::array<std::string_view, 3> kPrefixes{"set", "get", "publish"};
  Findings findings;
  std::string summary;
  for (const auto& measured : measurements) {
    judge(measured, context.options(), findings);
    summary += fmt::format("{}{} {}", summary.empty() ? "" : ", ", measured.operation,
                           short_rate(measured.rate()));
  }
  auto result = findings.result(summary + " per second");
  result.detail("operations", static_cast<std::int64_t>(context.options().operations));
  result.detail("value_bytes", static_cast<std::int64_t>(kValueSize));
  for (std::size_t i = 0; i < measurements.size(); ++i) {
    add_details(result, measurements[i], kPrefixes[i]);
  }
  return result;
}

}  // namespace fogis::checks
