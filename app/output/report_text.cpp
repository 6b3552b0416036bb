#include <fmt/format.h>

#include <algorithm>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "output/layout.hpp"
#include "output/report.hpp"

namespace fogis::output {
namespace {

constexpr std::size_t kTimeColumns = 9;

std::string below(std::string_view label, std::string_view text, std::size_t indent,
                  const Style& style) {
  return fmt::format(
      "{}{}{}\n", std::string(indent, ' '), label,
      wrap_indented(escape_for_terminal(text), indent + text_width(label), style.width));
}

std::string details_text(const checks::CheckResult& result) {
  std::string text;
  for (const auto& detail : result.details) {
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : ", ", detail.name, detail_text(detail.value));
  }
  return text;
}

std::string findings_text(const checks::CheckResult& result, std::size_t indent,
                          const Style& style) {
  std::string text;
  for (const auto& finding : result.findings) {
    for (const auto& part : finding_parts(finding)) {
      if (part.label == kHint) {
        continue;
      }
      const auto label = part.label.empty() ? std::string() : fmt::format("{}: ", part.label);
      text += below(label, part.text, part.label.empty() ? indent : indent + 2, style);
    }
  }
  return text;
}

/// Cause and hint, where no finding tells more.
std::string cause_text(const checks::CheckResult& result, const RowLayout& layout,
                       std::size_t indent, const Style& style) {
  std::string text;
  if (!result.cause.empty() && result.cause != result.summary &&
      result.cause != layout.known_cause) {
    text += below("", result.cause, indent, style);
  }
  const auto& known = layout.known_hints;
  if (!result.hint.empty() && std::find(known.begin(), known.end(), result.hint) == known.end()) {
    text += below("hint: ", result.hint, indent, style);
  }
  return text;
}

std::string channels_text(const checks::CheckResult& result, std::size_t indent,
                          const Style& style) {
  std::size_t columns = 0;
  for (const auto& channel : result.channels) {
    columns = std::max(columns, text_width(escape_for_terminal(channel.channel)));
  }
  std::string text;
  for (const auto& channel : result.channels) {
    text += fmt::format(
        "{}{} {}  {} {}  {}\n", std::string(indent, ' '), mark(style, channel.status),
        pad_right(escape_for_terminal(channel.channel), std::min<std::size_t>(columns, 40)),
        pad_left(known(channel.listeners), 3), pad_left(known(channel.messages), 5),
        channel.verdict);
  }
  return text;
}

/// What was skipped took no time worth telling.
std::string time_of(const checks::CheckReport& check) {
  return check.result.status == checks::Status::skip ? "-" : format_duration(check.duration);
}

Colour colour_of(std::string_view verdict) {
  return verdict == "PASS" ? Colour::green : Colour::red;
}

/// `D8: cause → hint` for each finding.
std::string diagnosis_text(const checks::Report& report, const Style& style) {
  std::string text;
  for (const auto& check : report.checks) {
    for (const auto& finding : check.result.findings) {
      text +=
          below(finding.id + ": ",
                fmt::format("{} {} {}", finding.problem, style.unicode ? "→" : "->", finding.hint),
                0, style);
    }
  }
  return text;
}

}  // namespace

void RowLayout::note_shown(const checks::CheckResult& result) {
  known_cause = result.cause;
  if (!result.hint.empty()) {
    known_hints.push_back(result.hint);
  }
}

std::string report_row(const checks::CheckReport& check, const Style& style,
                       const RowLayout& layout) {
  const auto& result = check.result;
  const auto head = fmt::format("{} {}", pad_right(row_id(check), layout.id_columns),
                                pad_left(time_of(check), kTimeColumns));
  const auto indent = mark_width(style) + 1;
  const auto used = indent + text_width(head) + 2;
  // A narrow terminal still gets a word of the summary.
  const auto left = std::max<std::size_t>(style.width > used ? style.width - used : 0, 10);
  std::string text =
      fmt::format("{} {}  {}\n", mark(style, result.status), head,
                  truncate_text(escape_for_terminal(result.summary), left, !style.unicode));
  text += findings_text(result, indent + 2, style);
  if ((result.findings.empty() || has_own_cause(result)) && result.status != checks::Status::pass) {
    text += cause_text(result, layout, indent + 2, style);
  }
  if (!result.channels.empty()) {
    text += below("", "listeners and messages per channel:", indent + 2, style) +
            channels_text(result, indent + 2, style);
  }
  if (layout.details && !result.details.empty()) {
    text += below("", details_text(result), indent + 2, style);
  }
  return text;
}

std::string report_text(const CheckView& view) {
  const auto& [report, policy, statistics, style] = view;
  const auto verdict = verdict_word(report, policy);
  std::string text =
      fmt::format("{} {}\n", style.paint(colour_of(verdict), verdict),
                  wrap_indented(summary_line(report), verdict.size() + 1, style.width));
  if (!report.success_rate()) {
    text += "nothing could be evaluated\n";
  }
  for (const auto& want : unmet(report, policy)) {
    text += below("required: ", want, 0, style);
  }
  for (const auto& what : report.unseen) {
    text +=
        fmt::format("not seen: {}\n", wrap_indented(escape_for_terminal(what), 10, style.width));
  }
  for (const auto& key : report.leftovers) {
    text += fmt::format("not removed, expires by itself: {}\n", escape_for_terminal(key));
  }
  return text + diagnosis_text(report, style);
}

}  // namespace fogis::output
