#include <fmt/format.h>

#include <array>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "output/report.hpp"

namespace fogis::output {

std::string_view verdict_word(const checks::Report& report, const checks::Policy& policy) {
  if (report.interrupted) {
    return "INTERRUPTED";
  }
  return checks::passes(report, policy) && !report.error ? "PASS" : "FAIL";
}

checks::Status counted_status(const checks::Report& report, const checks::CheckReport& check) {
  const auto status = check.result.status;
  const bool is_missing = check.id == report.essential && status == checks::Status::skip;
  return is_missing ? checks::Status::fail : status;
}

std::vector<std::string> unmet(const checks::Report& report, const checks::Policy& policy) {
  std::vector<std::string> wants;
  const auto rate = report.success_rate();
  if (report.interrupted || report.error || !rate) {
    return wants;
  }
  if (*rate < policy.min_success_rate) {
    wants.push_back(fmt::format("a success rate of {:.4g} %", policy.min_success_rate));
  }
  std::string imperfect;
  for (const auto& check : report.checks) {
    const auto status = check.result.status;
    if (counted_status(report, check) != status) {
      wants.push_back(
          fmt::format("{} is judged; it was skipped: {}", row_id(check), check.result.cause));
    }
    if (status != checks::Status::pass) {
      imperfect += fmt::format("{}{}: {}", imperfect.empty() ? "" : ", ", row_id(check),
                               checks::name(status));
    }
  }
  if (policy.strict && !imperfect.empty()) {
    wants.push_back("every check passes (--strict); " + imperfect);
  }
  return wants;
}

std::string summary_line(const checks::Report& report) {
  const auto counts = report.counts();
  const std::array<std::pair<std::string_view, std::size_t>, 5> parts{{{"pass", counts.pass},
                                                                       {"warn", counts.warn},
                                                                       {"fail", counts.fail},
                                                                       {"error", counts.error},
                                                                       {"skip", counts.skip}}};
  std::string text = count_of(counts.total(), "check");
  std::string_view separator = ": ";
  for (const auto& [status, count] : parts) {
    if (count > 0) {
      text += fmt::format("{}{} {}", separator, count, status);
      separator = ", ";
    }
  }
  if (const auto rate = report.success_rate()) {
    text += fmt::format("; success rate {:.4g} %", *rate);
  }
  return text + fmt::format("; in {}", format_duration(report.duration));
}

std::vector<FindingPart> finding_parts(const checks::Issue& finding) {
  std::vector<FindingPart> parts{{"", fmt::format("{}: {}", finding.id, finding.problem)}};
  const auto add = [&](std::string_view label, const std::string& text) {
    if (!text.empty()) {
      parts.push_back({label, text});
    }
  };
  add("evidence", finding.evidence);
  add("consequence", finding.consequence);
  add(kHint, finding.hint);
  return parts;
}

std::string finding_text(const checks::Issue& finding) {
  std::string text;
  for (const auto& part : finding_parts(finding)) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : "\n", part.label,
                        part.label.empty() ? "" : ": ", part.text);
  }
  return text;
}

bool has_own_cause(const checks::CheckResult& result) {
  return !result.cause.empty() &&
         (result.findings.empty() || !result.cause.starts_with(result.findings.front().id + ": "));
}

std::string detail_text(const checks::DetailValue& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::chrono::nanoseconds>) {
          return format_duration(held);
        } else if constexpr (std::is_same_v<Held, double>) {
          return fmt::format("{:.6g}", held);
        } else {
          return fmt::format("{}", held);
        }
      },
      value);
}

std::string row_id(const checks::CheckReport& check) {
  return check.run > 1 ? fmt::format("{} #{}", check.id, check.run) : check.id;
}

}  // namespace fogis::output
