#include "support/suite_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <type_traits>

#include "redis/info.hpp"
#include "support/results.hpp"

namespace fogis::testing {

using checks::CheckResult;
using checks::Report;
using checks::Status;

checks::SuiteOptions only(std::initializer_list<std::string_view> ids) {
  checks::SuiteOptions options;
  options.only.assign(ids.begin(), ids.end());
  return options;
}

Report run_suite(config::ConnectionSettings settings, const checks::SuiteOptions& options,
                 const StopEvent* stop) {
  settings.client_name = "fogis-redis";
  const redis::Timeouts timeouts{std::chrono::seconds(2), std::chrono::seconds(2)};
  return require_ok(checks::run_suite(settings, timeouts, options, stop, {})).report;
}

const CheckResult& result_of(const Report& report, std::string_view id) {
  const auto found = std::find_if(report.checks.begin(), report.checks.end(),
                                  [&](const auto& check) { return check.id == id; });
  if (found == report.checks.end()) {
    FAIL("no check " << id << " in " << describe(report));
  }
  return found->result;
}

CheckResult run_check(const config::ConnectionSettings& settings, std::string_view id,
                      checks::SuiteOptions options) {
  options.only = {std::string(id)};
  return result_of(run_suite(settings, options), id);
}

std::string describe(const Report& report) {
  std::string text;
  for (const auto& check : report.checks) {
    const auto& result = check.result;
    text += fmt::format("{} {}: {} | {} | {}\n", check.id, name(result.status), result.summary,
                        result.cause, result.hint);
  }
  return text;
}

CheckResult require_only_this(const config::ConnectionSettings& settings, std::string_view id,
                              Status status, const checks::SuiteOptions& options) {
  const auto report = run_suite(settings, options);
  INFO(describe(report));
  for (const auto& check : report.checks) {
    const auto actual = check.result.status;
    const bool right =
        check.id == id ? actual == status : actual != Status::fail && actual != Status::error;
    if (!right) {
      FAIL(check.id << " is " << name(actual));
    }
  }
  return result_of(report, id);
}

std::string info_field(const RedisServer& server, const std::string& section,
                       std::string_view field) {
  const auto value = redis::Info(server.raw({"INFO", section})).text(field);
  REQUIRE(value);
  return *value;
}

std::string detail(const CheckResult& result, std::string_view name) {
  for (const auto& detail : result.details) {
    if (detail.name != name) {
      continue;
    }
    return std::visit(
        [](const auto& value) -> std::string {
          if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::chrono::nanoseconds>) {
            return fmt::format("{} ns", value.count());
          } else {
            return fmt::format("{}", value);
          }
        },
        detail.value);
  }
  return "none";
}

}  // namespace fogis::testing
