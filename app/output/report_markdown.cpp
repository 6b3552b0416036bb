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

std::string row_of(const checks::CheckReport& check) {
  const auto& result = check.result;
  auto text = escape_markdown(result.summary);
  if (result.status != checks::Status::pass) {
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
  return text;
}

}  // namespace fogis::output
