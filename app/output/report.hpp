// Reports of checks in every format; the renderers are in the table of output/format.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "checks/report.hpp"
#include "output/format.hpp"
#include "output/style.hpp"
#include "redis/statistics.hpp"

namespace fogis::output {

/// How rows of a report are laid out.
struct RowLayout {
  std::size_t id_columns = 20;  ///< as wide as the longest id
  bool details = false;         ///< show measured values below each row
  std::string known_cause;      ///< a cause that was shown just before and is not repeated
  std::vector<std::string> known_hints = {};  ///< hints that were shown and are not repeated

  /// Notes what the row of that result has shown.
  void note_shown(const checks::CheckResult& result);
};

/// One check in one line, with cause and hint below where it did not pass. The hints of findings
/// are told at the end of the report, beside their causes.
std::string report_row(const checks::CheckReport& check, const Style& style,
                       const RowLayout& layout);

/// A report to be rendered in one of the formats. JUnit: what the policy does not accept is a
/// failure, under `strict` also a warning and a skipped check.
struct CheckView {
  const checks::Report& report;
  const checks::Policy& policy;
  const redis::StatisticsSnapshot& statistics;
  const Style& style;
};

/// The label of what to do.
inline constexpr std::string_view kHint = "hint";

/// A part of a finding: `evidence`, and what it is.
struct FindingPart {
  std::string_view label;  ///< empty for the problem, which begins with the finding's id
  std::string text;        ///< not escaped
};

/// Problem, evidence, consequence and hint, as far as there are any.
std::vector<FindingPart> finding_parts(const checks::Issue& finding);

/// The same in lines.
std::string finding_text(const checks::Issue& finding);

/// Whether the cause tells more than the findings.
bool has_own_cause(const checks::CheckResult& result);

/// `PASS`, `FAIL` or `INTERRUPTED`.
std::string_view verdict_word(const checks::Report& report, const checks::Policy& policy);

/// What the policy wants and the report does not have, a sentence each: which rate, which checks.
std::vector<std::string> unmet(const checks::Report& report, const checks::Policy& policy);

/// The status that counts: the essential check may not be skipped.
checks::Status counted_status(const checks::Report& report, const checks::CheckReport& check);

/// `16 checks: 14 pass, 1 warn, 1 skip; success rate 100 %; in 0.42 s`.
std::string summary_line(const checks::Report& report);

/// A detail's value as text, durations with their unit. Not escaped.
std::string detail_text(const checks::DetailValue& value);

/// The id, with the number of the repetition from the second one on: `pub-sub #2`.
std::string row_id(const checks::CheckReport& check);

}  // namespace fogis::output
