#include <fmt/format.h>

#include <chrono>
#include <cstddef>

#include "base/timestamp.hpp"
#include "output/escape.hpp"
#include "output/report.hpp"

namespace fogis::output {
namespace {

using checks::CheckReport;
using checks::Status;

std::string seconds_of(std::chrono::nanoseconds span) {
  return fmt::format("{:.6f}", std::chrono::duration<double>(span).count());
}

/// ISO 8601 without fraction and zone, in UTC: the form that strict readers want.
std::string junit_timestamp(std::chrono::system_clock::time_point moment) {
  return format_timestamp(moment).substr(0, std::string_view("2024-05-01T12:00:00").size());
}

/// The element for a check, as the policy judges it; empty for one that is accepted.
std::string_view element_of(Status status, const checks::Policy& policy) {
  switch (status) {
    case Status::pass:
      return {};
    case Status::warn:
      return policy.strict ? "failure" : "";
    case Status::skip:
      return policy.strict ? "failure" : "skipped";
    case Status::fail:
      return "failure";
    case Status::error:
      break;
  }
  return "error";
}

std::string body_of(const CheckReport& check) {
  const auto& result = check.result;
  std::string text = result.cause.empty() ? result.summary : result.cause;
  for (const auto& finding : result.findings) {
    text += "\n" + finding_text(finding);
  }
  if (!result.hint.empty() && (result.findings.empty() || has_own_cause(result))) {
    text += fmt::format("\nhint: {}", result.hint);
  }
  for (const auto& channel : result.channels) {
    text += fmt::format("\n{}: listeners {}, messages {}, {}", channel.channel,
                        channel.listeners.value_or(0), channel.messages, channel.verdict);
  }
  for (const auto& detail : result.details) {
    text += fmt::format("\n{}: {}", detail.name, detail_text(detail.value));
  }
  return text;
}

std::string outcome_of(const CheckReport& check, std::string_view element) {
  const auto& result = check.result;
  const auto message = escape_xml(result.cause.empty() ? result.summary : result.cause);
  if (element == "skipped") {
    return fmt::format("      <skipped message=\"{}\"/>\n", message);
  }
  if (!element.empty()) {
    const auto type = result.error ? name(result.error->kind) : checks::name(result.status);
    return fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n", element, message,
                       type, escape_xml(body_of(check)));
  }
  return result.status == Status::warn ? fmt::format("      <system-out>warning: {}</system-out>\n",
                                                     escape_xml(body_of(check)))
                                       : std::string();
}

std::string case_of(const checks::Report& report, const CheckReport& check,
                    const checks::Policy& policy) {
  return fmt::format(
      "    <testcase classname=\"fogis-redis.{}\" name=\"{}\" time=\"{}\">\n{}    </testcase>\n",
      escape_xml(report.kind), escape_xml(row_id(check)), seconds_of(check.duration),
      outcome_of(check, element_of(check.result.status, policy)));
}

std::size_t count_elements(const checks::Report& report, const checks::Policy& policy,
                           std::string_view element) {
  std::size_t count = 0;
  for (const auto& check : report.checks) {
    count += element_of(check.result.status, policy) == element ? 1 : 0;
  }
  return count;
}

}  // namespace

std::string report_junit(const checks::Report& report, const checks::Policy& policy) {
  const auto figures = fmt::format(
      R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{}")", report.checks.size(),
      count_elements(report, policy, "failure"), count_elements(report, policy, "error"),
      count_elements(report, policy, "skipped"), seconds_of(report.duration));
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuites name=\"fogis-redis\" {}>\n", figures);
  xml += fmt::format("  <testsuite name=\"fogis-redis {}\" {} timestamp=\"{}\">\n",
                     escape_xml(report.kind), figures, junit_timestamp(report.started));
  xml += fmt::format(
      "    <properties>\n"
      "      <property name=\"endpoint\" value=\"{}\"/>\n"
      "      <property name=\"server\" value=\"{}\"/>\n"
      "    </properties>\n",
      escape_xml(report.endpoint), escape_xml(report.server));
  for (const auto& check : report.checks) {
    xml += case_of(report, check, policy);
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace fogis::output
