// A report in the forms that other programs read, with texts that try to break out of them.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "output/report.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using fogis::checks::CheckReport;
using fogis::checks::Policy;
using fogis::checks::Report;
using fogis::checks::Status;
using fogis::output::report_row;
using fogis::output::Style;
using namespace std::chrono_literals;

namespace {

CheckReport check(std::string id, Status status, std::string cause = {}, std::string hint = {}) {
  CheckReport report;
  report.id = std::move(id);
  report.title = "A title";
  report.result.status = status;
  report.result.summary = "seen";
  report.result.cause = std::move(cause);
  report.result.hint = std::move(hint);
  report.duration = 1500us;
  return report;
}

Report report_of(std::vector<CheckReport> checks) {
  Report report;
  report.kind = "test-suite";
  report.endpoint = "redis://localhost:6379";
  report.server = "redis 7.0.15";
  report.started = std::chrono::system_clock::time_point(1714564800s);
  report.duration = 2s;
  report.checks = std::move(checks);
  return report;
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

std::string report_junit(const Report& report, const Policy& policy) {
  return fogis::output::report_junit({report, policy, {}, {}});
}

std::string report_github(const Report& report, const Policy& policy) {
  return fogis::output::report_github({report, policy, {}, {}});
}

std::string report_markdown(const Report& report, const Policy& policy) {
  return fogis::output::report_markdown({report, policy, {}, {}});
}

std::string report_end(const Report& report, const Policy& policy, const Style& style) {
  return fogis::output::report_text({report, policy, {}, style});
}

}  // namespace

TEST_CASE("a number of a channel that is not known is not shown as 0") {
  CheckReport wiring{.id = "wiring", .title = "wiring", .result = {}};
  auto& channel = wiring.result.channels.emplace_back();
  channel.channel = "a";
  channel.verdict = "not watched";
  wiring.result.status = Status::fail;
  Report report;
  report.checks = {wiring};
  CHECK_THAT(report_markdown(report, {}), ContainsSubstring(" a | ? | ? | not watched |"));
  CHECK_THAT(report_junit(report, {}),
             ContainsSubstring("a: listeners ?, messages ?, not watched"));
}

TEST_CASE("JUnit counts failures, errors and skipped checks") {
  const auto xml = report_junit(
      report_of({check("a", Status::pass), check("b", Status::warn, "odd"),
                 check("c", Status::fail, "wrong"), check("d", Status::error, "broken"),
                 check("e", Status::skip, "forbidden")}),
      {});
  CHECK_THAT(xml, ContainsSubstring("<testsuite name=\"fogis-redis test-suite\" tests=\"5\" "
                                    "failures=\"1\" errors=\"1\" skipped=\"1\" time=\"2.000000\" "
                                    "timestamp=\"2024-05-01T12:00:00\">"));
  CHECK_THAT(xml, ContainsSubstring("<testcase classname=\"fogis-redis.test-suite\" name=\"c\" "
                                    "time=\"0.001500\">"));
  CHECK_THAT(xml, ContainsSubstring("<failure message=\"wrong\" type=\"fail\">wrong</failure>"));
  CHECK_THAT(xml, ContainsSubstring("<error message=\"broken\" type=\"error\">broken</error>"));
  CHECK_THAT(xml, ContainsSubstring("<skipped message=\"forbidden\"/>"));
  CHECK_THAT(xml, ContainsSubstring("<system-out>warning: odd</system-out>"));
}

TEST_CASE("under strict a warning and a skipped check are failures in JUnit too") {
  const auto xml = report_junit(
      report_of({check("a", Status::warn, "odd"), check("b", Status::skip, "forbidden")}),
      {.strict = true});
  CHECK_THAT(xml, ContainsSubstring("failures=\"2\" errors=\"0\" skipped=\"0\""));
}

TEST_CASE("JUnit holds only what XML 1.0 allows") {
  using namespace std::string_literals;
  const auto xml = report_junit(
      report_of({check("a", Status::fail, "<&\"'>\x1b[31m\0\xff\xef\xbf\xbf\xef\xbf\xbe\n\t\rå"s)}),
      {});
  const std::string bad = "\xef\xbf\xbd";
  CHECK_THAT(xml, ContainsSubstring("&lt;&amp;&quot;'&gt;" + bad + "[31m" + bad + bad + bad + bad +
                                    "&#10;&#9;&#13;å"));
  CHECK(xml.find('\x1b') == std::string::npos);
  CHECK(fogis::is_utf8(xml));
}

TEST_CASE("a failure's type is the kind of its error where it has one") {
  auto failed = check("a", Status::error, "gone", "look there");
  failed.result.error =
      fogis::make_error(fogis::ErrorKind::timed_out, fogis::Phase::command, "gone");
  failed.result.detail("p99", std::chrono::nanoseconds(1500));
  const auto xml = report_junit(report_of({failed}), {});
  CHECK_THAT(xml, ContainsSubstring("type=\"timed_out\""));
  CHECK_THAT(xml, ContainsSubstring("gone&#10;hint: look there&#10;p99: 1.50 us</error>"));
}

TEST_CASE("GitHub sees at most ten annotations, the worst first") {
  std::vector<CheckReport> checks{check("warned", Status::warn, "odd")};
  for (int i = 0; i < 11; ++i) {
    checks.push_back(check("failed", Status::fail, "wrong"));
  }
  const auto text = report_github(report_of(checks), {});
  CHECK(count(text, "\n::") + 1 == 10);
  CHECK_THAT(text, StartsWith("::error title=fogis-redis failed::wrong\n"));
  CHECK_THAT(text, ContainsSubstring("::3 checks more did not pass"));
  CHECK_THAT(text, ContainsSubstring("\nFAIL 12 checks: "));
}

TEST_CASE("ten annotations are shown as they are") {
  const auto text = report_github(
      report_of(std::vector<CheckReport>(10, check("failed", Status::fail, "wrong"))), {});
  CHECK(count(text, "::error title=fogis-redis failed::wrong\n") == 10);
}

TEST_CASE("no text can add a workflow command") {
  const auto text = report_github(
      report_of({check("a:b,c", Status::fail, "50%\n::error::x\r", "do: this, now")}), {});
  CHECK_THAT(text, StartsWith("::error title=fogis-redis a%3Ab%2Cc::50%25\\n::error::x\\r%0Ahint: "
                              "do: this, now\n"));
  CHECK(count(text, "\n::") == 0);
}

TEST_CASE("a skipped check is no annotation unless strict") {
  const auto report = report_of({check("a", Status::pass), check("b", Status::skip, "forbidden")});
  CHECK_THAT(report_github(report, {}), StartsWith("PASS "));
  CHECK_THAT(report_github(report, {.strict = true}), StartsWith("::error "));
}

TEST_CASE("no text can break out of a Markdown table") {
  const auto text =
      report_markdown(report_of({check("a", Status::fail, "x | y\n<b>[l](u)`*_\\", "mend")}), {});
  CHECK_THAT(text, ContainsSubstring("| ❌ fail | a | 1.50 ms | seen<br>x \\| y"));
  CHECK_THAT(text, ContainsSubstring("&lt;b&gt;\\[l\\](u)\\`\\*\\_"));
  CHECK_THAT(text, ContainsSubstring("<br>*hint: mend* |\n"));
  CHECK_THAT(text, StartsWith("## fogis-redis test-suite: FAIL\n\nredis://localhost:6379, "));
}

TEST_CASE("a row shows cause and hint of what did not pass, each within the width") {
  Style style;
  const auto text = report_row(check("some-check", Status::fail,
                                     "a cause that is long enough to need more than one line of "
                                     "eighty columns of text",
                                     "do something"),
                               style, {.id_columns = 12, .details = false, .known_cause = {}});
  CHECK_THAT(text, StartsWith("FAIL some-check     1.50 ms  seen\n       a cause that"));
  CHECK_THAT(text, ContainsSubstring("\n       of text\n       hint: do something\n"));
}

TEST_CASE("a cause that was just shown is not repeated") {
  const auto text = report_row(check("b", Status::skip, "no connection"), Style(),
                               {.id_columns = 5, .details = false, .known_cause = "no connection"});
  CHECK(text == "skip b             -  seen\n");
}

TEST_CASE("network text in a row cannot act on the terminal") {
  auto odd = check("a", Status::fail, "\x1b[2J", "\x07");
  odd.result.summary = "\x1b]0;title\x07";
  odd.result.detail("name", std::string("\x1b[31m"));
  const auto text = report_row(odd, Style(), {.id_columns = 5, .details = true, .known_cause = {}});
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
}

TEST_CASE("the end says why it is no success") {
  const Style style;
  CHECK_THAT(report_end(report_of({check("a", Status::pass), check("b", Status::fail)}), {}, style),
             StartsWith("FAIL 2 checks: 1 pass, 1 fail; success rate 50 %; in 2.00 s\n"
                        "required: a success rate of 100 %\n"));
  CHECK_THAT(report_end(report_of({check("a", Status::skip)}), {}, style),
             ContainsSubstring("nothing could be evaluated"));
  CHECK_THAT(report_end(report_of({check("a", Status::warn), check("b", Status::skip),
                                   check("c", Status::pass)}),
                        {.strict = true}, style),
             ContainsSubstring("required: every check passes (--strict); a: warn, b: skip\n"));
  auto unproved = report_of({check("a", Status::pass), check("b", Status::skip, "NOPERM")});
  unproved.essential = "b";
  CHECK_THAT(report_end(unproved, {}, style),
             StartsWith("FAIL 2 checks: 1 pass, 1 skip; success rate 100 %") &&
                 ContainsSubstring("\nrequired: b is judged; it was skipped: NOPERM\n"));
  CHECK_THAT(report_markdown(unproved, {}), ContainsSubstring("required: b is judged"));
  CHECK_THAT(report_github(unproved, {}), StartsWith("::error title=fogis-redis b::NOPERM"));
  CHECK_THAT(report_junit(unproved, {}), ContainsSubstring("<failure message=\"NOPERM\""));
  auto interrupted = report_of({check("a", Status::pass)});
  interrupted.interrupted = true;
  interrupted.leftovers = {"fogis:test:1:key"};
  CHECK_THAT(report_end(interrupted, {}, style),
             StartsWith("INTERRUPTED ") && ContainsSubstring("not removed, expires by itself: "
                                                             "fogis:test:1:key\n"));
}
