#include <fmt/format.h>

#include "base/duration.hpp"
#include "output/escape.hpp"
#include "output/report.hpp"

namespace fogis::output {
namespace {

std::string_view symbol_of(checks::Status status) {
  switch (status) {
    case checks::Status::pass:
      return "✅";
    case checks::Status::warn:
      return "⚠️";
    case checks::Status::skip:
      return "➖";
    default:
      return "❌";
  }
}

std::string findings_of(const checks::CheckResult& result) {
  std::string text;
  for (const auto& finding : result.findings) {
    for (const auto& part : finding_parts(finding)) {
      text += part.label.empty()
                  ? fmt::format("<br>**{}**", escape_markdown(part.text))
                  : fmt::format("<br>*{}: {}*", part.label, escape_markdown(part.text));
    }
  }
  return text;
}

std::string channels_of(const checks::Report& report) {
  std::string text;
  for (const auto& check : report.checks) {
    for (const auto& channel : check.result.channels) {
      text += fmt::format("| {} | {} | {} | {} | {} |\n", symbol_of(channel.status),
                          escape_markdown(channel.channel), channel.listeners.value_or(0),
                          channel.messages, escape_markdown(channel.verdict));
    }
  }
  return text.empty()
             ? text
             : "\n| | channel | listeners | messages | verdict |\n|---|---|---:|---:|---|\n" + text;
}

std::string row_of(const checks::CheckReport& check) {
  const auto& result = check.result;
  auto text = escape_markdown(result.summary);
  text += findings_of(result);
  if ((result.findings.empty() || has_own_cause(result)) && result.status != checks::Status::pass) {
    if (!result.cause.empty() && result.cause != result.summary) {
      text += fmt::format("<br>{}", escape_markdown(result.cause));
    }
    if (!result.hint.empty()) {
      text += fmt::format("<br>*hint: {}*", escape_markdown(result.hint));
    }
  }
  return fmt::format("| {} {} | {} | {} | {} |\n", symbol_of(result.status),
                     checks::name(result.status), escape_markdown(row_id(check)),
                     format_duration(check.duration), text);
}

}  // namespace

std::string report_markdown(const checks::Report& report, const checks::Policy& policy) {
  std::string text =
      fmt::format("## fogis-redis {}: {}\n\n", report.kind, verdict_word(report, policy));
  text += fmt::format("{}{}{}: {}\n\n", escape_markdown(report.endpoint),
                      report.server.empty() ? "" : ", ", escape_markdown(report.server),
                      summary_line(report));
  text += "| status | check | time | result |\n|---|---|---:|---|\n";
  for (const auto& check : report.checks) {
    text += row_of(check);
  }
  text += channels_of(report);
  for (const auto& what : report.unseen) {
    text += fmt::format("\nnot seen: {}\n", escape_markdown(what));
  }
  return text;
}

}  // namespace fogis::output
