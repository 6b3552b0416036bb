// Runs the test suite as tests want it: impatient, with its results by id.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/stop_event.hpp"
#include "checks/suite.hpp"
#include "config/connection_settings.hpp"
#include "support/redis_server.hpp"

namespace fogis::testing {

/// Options that select these checks.
checks::SuiteOptions only(std::initializer_list<std::string_view> ids);

/// Runs the suite as the client "fogis-redis" with two seconds for each operation; fails the test
/// on a usage error.
checks::Report run_suite(config::ConnectionSettings settings,
                         const checks::SuiteOptions& options = {}, const StopEvent* stop = nullptr);

/// The result of a check in its first run; fails the test when there is none.
const checks::CheckResult& result_of(const checks::Report& report, std::string_view id);

/// Runs the one check.
checks::CheckResult run_check(const config::ConnectionSettings& settings, std::string_view id,
                              checks::SuiteOptions options = {});

/// All checks with their status, summary, cause and hint, for the output of a failed test.
std::string describe(const checks::Report& report);

/// Runs the whole suite: the check must have that status, and no other may fail or err. Returns the
/// check's result.
checks::CheckResult require_only_this(const config::ConnectionSettings& settings,
                                      std::string_view id, checks::Status status,
                                      const checks::SuiteOptions& options = {});

/// A field of the server's INFO; fails the test when it is not there.
std::string info_field(const RedisServer& server, const std::string& section,
                       std::string_view field);

/// The value of a detail as text; "none" where there is none.
std::string detail(const checks::CheckResult& result, std::string_view name);

}  // namespace fogis::testing
