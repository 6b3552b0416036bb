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
constexpr std::size_t kMostNotes = 10;

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

int severity(Status status) {
  switch (status) {
    case Status::error:
    case Status::fail:
      return 0;
    case Status::warn:
      return 1;
    default:
      return 2;
  }
}

/// What becomes an annotation: a finding, or a check that has none.
struct Note {
  Status status = Status::fail;
  std::string title;
  std::string message;
};

std::string annotation(std::string_view level, std::string_view title, std::string_view message) {
  return fmt::format("::{} title={}::{}\n", level, escape_command(escape_for_terminal(title), true),
                     escape_command(message, false));
}

Note note_of(const CheckReport& check) {
  const auto& result = check.result;
  auto message = escape_for_terminal(result.cause.empty() ? result.summary : result.cause);
  if (!result.hint.empty()) {
    message += "\nhint: " + escape_for_terminal(result.hint);
  }
  return {result.status, "fogis-redis " + row_id(check), std::move(message)};
}

Note note_of(const CheckReport& check, const checks::Finding& finding) {
  std::string message;
  for (const auto& part : finding_parts(finding)) {
    message += fmt::format("{}{}{}{}", message.empty() ? "" : "\n", part.label,
                           part.label.empty() ? "" : ": ", escape_for_terminal(part.text));
  }
  return {finding.status, fmt::format("fogis-redis {} {}", row_id(check), finding.id),
          std::move(message)};
}

std::vector<Note> notes_of(const checks::Report& report, const checks::Policy& policy) {
  std::vector<Note> notes;
  for (const auto& check : report.checks) {
    for (const auto& finding : check.result.findings) {
      notes.push_back(note_of(check, finding));
    }
    if ((check.result.findings.empty() || has_own_cause(check.result)) &&
        !level_of(check.result.status, policy).empty()) {
      notes.push_back(note_of(check));
    }
  }
  std::stable_sort(notes.begin(), notes.end(), [](const Note& left, const Note& right) {
    return severity(left.status) < severity(right.status);
  });
  return notes;
}

}  // namespace

std::string report_github(const checks::Report& report, const checks::Policy& policy) {
  const auto notes = notes_of(report, policy);
  // The last place tells how many found none.
  const auto fitting = notes.size() > kMostNotes ? kMostNotes - 1 : notes.size();
  std::string text;
  for (std::size_t i = 0; i < fitting; ++i) {
    text += annotation(level_of(notes[i].status, policy), notes[i].title, notes[i].message);
  }
  if (fitting < notes.size()) {
    text += annotation(level_of(notes[fitting].status, policy), "fogis-redis",
                       fmt::format("{} more did not pass; see the log",
                                   count_of(notes.size() - fitting, "check")));
  }
  return text + fmt::format("{} {}\n", verdict_word(report, policy), summary_line(report));
}

}  // namespace fogis::output
