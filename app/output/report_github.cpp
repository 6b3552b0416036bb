#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/text.hpp"
#include "output/escape.hpp"
#include "output/report.hpp"

namespace fogis::output {
namespace {

using checks::CheckReport;
using checks::Status;

/// GitHub shows no more annotations of a step.
constexpr std::size_t kMostAnnotations = 10;

/// Empty where there is nothing to tell: a skipped check is no news unless the policy refuses it.
std::string_view level_of(Status status, const checks::Policy& policy) {
  switch (status) {
    case Status::pass:
      return {};
    case Status::warn:
      return policy.strict ? "error" : "warning";
    case Status::skip:
      return policy.strict ? "error" : "";
    default:
      return "error";
  }
}

int severity(const CheckReport& check) {
  switch (check.result.status) {
    case Status::error:
    case Status::fail:
      return 0;
    case Status::warn:
      return 1;
    default:
      return 2;
  }
}

std::string annotation(std::string_view level, std::string_view title, std::string_view message) {
  return fmt::format("::{} title={}::{}\n", level, escape_command(escape_for_terminal(title), true),
                     escape_command(message, false));
}

std::string annotation_of(const CheckReport& check, const checks::Policy& policy) {
  const auto& result = check.result;
  auto message = escape_for_terminal(result.cause.empty() ? result.summary : result.cause);
  if (!result.hint.empty()) {
    message += "\nhint: " + escape_for_terminal(result.hint);
  }
  return annotation(level_of(result.status, policy), "fogis-redis " + row_id(check), message);
}

}  // namespace

std::string report_github(const checks::Report& report, const checks::Policy& policy) {
  std::vector<const CheckReport*> shown;
  for (const auto& check : report.checks) {
    if (!level_of(check.result.status, policy).empty()) {
      shown.push_back(&check);
    }
  }
  std::stable_sort(shown.begin(), shown.end(), [](const auto* left, const auto* right) {
    return severity(*left) < severity(*right);
  });
  // The last place tells how many found none.
  const auto fitting = shown.size() > kMostAnnotations ? kMostAnnotations - 1 : shown.size();
  std::string text;
  for (std::size_t i = 0; i < fitting; ++i) {
    text += annotation_of(*shown[i], policy);
  }
  if (fitting < shown.size()) {
    text += annotation(level_of(shown[fitting]->result.status, policy), "fogis-redis",
                       fmt::format("{} more did not pass; see the log",
                                   count_of(shown.size() - fitting, "check")));
  }
  return text + fmt::format("{} {}\n", verdict_word(report, policy), summary_line(report));
}

}  // namespace fogis::output
