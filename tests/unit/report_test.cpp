#include "checks/report.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <initializer_list>

#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

Report report_of(std::initializer_list<Status> statuses) {
  Report report;
  for (const auto status : statuses) {
    CheckReport check;
    check.result.status = status;
    report.checks.push_back(check);
  }
  return report;
}

constexpr auto kPass = Status::pass;
constexpr auto kWarn = Status::warn;
constexpr auto kFail = Status::fail;
constexpr auto kSkip = Status::skip;
constexpr auto kError = Status::error;

TEST_CASE("a status has a stable name") {
  CHECK(name(kPass) == "pass");
  CHECK(name(kWarn) == "warn");
  CHECK(name(kFail) == "fail");
  CHECK(name(kSkip) == "skip");
  CHECK(name(kError) == "error");
}

TEST_CASE("a report counts its results by status") {
  const auto counts = report_of({kPass, kPass, kWarn, kFail, kSkip, kError, kSkip}).counts();
  CHECK(counts.pass == 2);
  CHECK(counts.warn == 1);
  CHECK(counts.fail == 1);
  CHECK(counts.skip == 2);
  CHECK(counts.error == 1);
  CHECK(counts.total() == 7);
}

TEST_CASE("the success rate leaves skipped checks out and counts errors as failures") {
  CHECK(*report_of({kPass, kWarn, kFail, kError, kSkip}).success_rate() == Catch::Approx(50));
  CHECK(*report_of({kPass, kSkip}).success_rate() == Catch::Approx(100));
  CHECK_FALSE(report_of({kSkip, kSkip}).success_rate());
  CHECK_FALSE(report_of({}).success_rate());
}

TEST_CASE("a report passes by the wanted rate") {
  CHECK(passes(report_of({kPass, kWarn, kSkip}), {}));
  CHECK_FALSE(passes(report_of({kPass, kFail}), {}));
  CHECK_FALSE(passes(report_of({kPass, kError}), {}));
  CHECK(passes(report_of({kPass, kPass, kPass, kPass, kFail}), {.min_success_rate = 80}));
  CHECK_FALSE(passes(report_of({kPass, kPass, kPass, kFail}), {.min_success_rate = 80}));
}

TEST_CASE("a report in which nothing ran does not pass, whatever the rate") {
  CHECK_FALSE(passes(report_of({}), {.min_success_rate = 0}));
  CHECK_FALSE(passes(report_of({kSkip}), {.min_success_rate = 0}));
}

TEST_CASE("a report in which the essential check was skipped does not pass") {
  Report report;
  report.checks.push_back({"connection", "", passed(""), {}, 1});
  report.checks.push_back({"pub-sub", "", skipped("", "not permitted"), {}, 1});
  CHECK(passes(report, {}));
  report.essential = "pub-sub";
  CHECK_FALSE(passes(report, {}));
  report.checks.pop_back();
  CHECK(passes(report, {}));
}

TEST_CASE("a strict report passes only when all passed") {
  CHECK(passes(report_of({kPass, kPass}), {.strict = true}));
  CHECK_FALSE(passes(report_of({kPass, kWarn}), {.strict = true}));
  CHECK_FALSE(passes(report_of({kPass, kSkip}), {.strict = true}));
}

}  // namespace
}  // namespace fogis::checks
