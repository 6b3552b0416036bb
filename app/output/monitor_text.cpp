#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/text.hpp"
#include "output/format.hpp"
#include "output/layout.hpp"
#include "output/monitor.hpp"
#include "output/monitor_parts.hpp"
#include "output/monitor_sections.hpp"
#include "output/monitor_tables.hpp"

namespace fogis::output {
namespace {

constexpr std::size_t kColumn = 13;  ///< where the figures begin

std::string row(std::string_view title, const std::string& text, const Style& style) {
  if (text.empty()) {
    return {};
  }
  return style.paint(Colour::bold, pad_right(title, kColumn)) +
         wrap_indented(text, kColumn, style.width) + "\n";
}

std::string head(const monitor::Report& report, const Style& style) {
  const auto health = report.verdict.health;
  const auto text = Parts()
                        .add(std::string(name(health)))
                        .add(escape_for_terminal(report.endpoint))
                        .add(server_text(report))
                        .join();
  const auto indent = mark_width(style) + 1;
  return fmt::format("{} {}\n", mark(style, status_of(health)),
                     wrap_indented(text, indent, style.width));
}

std::string reasons(const monitor::Report& report, const Style& style) {
  std::string text;
  const auto indent = 2 + mark_width(style) + 1;
  for (const auto& finding : report.verdict.findings) {
    text += fmt::format("  {} {}\n", mark(style, status_of(finding.severity)),
                        wrap_indented(escape_for_terminal(finding.message), indent, style.width));
    if (!finding.hint.empty()) {
      text += std::string(indent, ' ') +
              "hint: " + wrap_indented(escape_for_terminal(finding.hint), indent + 6, style.width) +
              "\n";
    }
  }
  return text;
}

std::string absent_rows(const monitor::Report& report, const Style& style) {
  std::string text;
  for (const auto& [metric, reason, refused] : report.verdict.unjudged) {
    text +=
        row("not judged", fmt::format("{}: {}", metric->name, escape_for_terminal(reason)), style);
  }
  for (const auto& [what, refusal] : report.observation->sample.refusals) {
    text +=
        row("unavailable", fmt::format("{}: {}", what, escape_for_terminal(refusal.reason)), style);
  }
  return text;
}

/// The warnings that fail a report under --strict; nothing where it is not that which fails it.
std::optional<std::string> unmet(const monitor::Report& report, bool strict) {
  Parts names;
  for (const auto& finding : report.verdict.findings) {
    names.add(finding.metric == nullptr ? std::string() : std::string(finding.metric->name));
  }
  return strict && report.verdict.health == monitor::Health::degraded
             ? std::optional("no warning (--strict); " + names.join())
             : std::nullopt;
}

/// Rows as text.
std::string lines(const std::vector<std::string>& rows) {
  std::string text;
  for (const auto& line : rows) {
    text += line + "\n";
  }
  return text;
}

std::string event_lines(const monitor::Report& report, const Style& style) {
  return lines(event_rows(report.events, style));
}

}  // namespace

std::string monitor_text(const monitor::Report& report, const Style& style, bool strict) {
  auto text = head(report, style) + reasons(report, style);
  if (const auto want = unmet(report, strict)) {
    text += "  required: " + wrap_indented(*want, 12, style.width) + "\n";
  }
  if (!report.observation) {
    return text;
  }
  const auto& seen = *report.observation;
  for (const auto& [title, figures] : section_texts(seen)) {
    text += row(title, figures, style);
    if (title == "pub/sub") {
      text += lines(channel_rows(seen, style)) + lines(subscriber_rows(seen, style));
    }
  }
  text += absent_rows(report, style);
  text += event_lines(report, style);
  return text;
}

std::string monitor_line(const monitor::Report& report, const Style& style) {
  Parts figures;
  if (report.observation) {
    const auto& seen = *report.observation;
    figures.add("", shown("ops", seen))
        .add("PING ", shown("ping_latest", seen))
        .add("canary ", shown("canary_p50", seen))
        .add("memory ", shown("memory_used", seen))
        .add("clients ", shown("clients", seen))
        .add("channels ", shown("channels", seen));
  }
  auto text = fmt::format("{} {}", clock_text(report.taken), name(report.verdict.health));
  for (const auto& part : {figures.join(), first_reason(report)}) {
    if (!part.empty()) {
      text += "  " + part;
    }
  }
  const auto available = style.width - mark_width(style) - 1;
  return event_lines(report, style) + mark(style, status_of(report.verdict.health)) + ' ' +
         (style.terminal ? truncate_text(text, available, !style.unicode) : text) + "\n";
}

std::string monitor_quiet_line(const monitor::Report& report, bool strict) {
  auto text = std::string(name(report.verdict.health));
  if (const auto reason = first_reason(report); !reason.empty()) {
    text += ": " + reason;
  }
  return Parts()
             .add(text)
             .add("required: ", unmet(report, strict))
             .add("not judged: ", refused_limits(report))
             .join("; ") +
         "\n";
}

std::string metrics_text(const MetricsView& view) {
  return view.quiet ? monitor_quiet_line(view.report, view.strict)
                    : monitor_text(view.report, view.style, view.strict);
}

}  // namespace fogis::output
