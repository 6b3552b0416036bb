#include "output/monitor_parts.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "monitor/metrics.hpp"

namespace fogis::output {

checks::Status status_of(monitor::Health health) {
  switch (health) {
    case monitor::Health::healthy:
      return checks::Status::pass;
    case monitor::Health::degraded:
      return checks::Status::warn;
    case monitor::Health::unhealthy:
      return checks::Status::fail;
    case monitor::Health::unknown:
      break;
  }
  return checks::Status::skip;
}

checks::Status status_of(monitor::AlertLevel severity) {
  return severity == monitor::AlertLevel::critical ? checks::Status::fail : checks::Status::warn;
}

std::optional<std::string> shown(std::string_view metric, const monitor::Observation& seen) {
  const auto* const row = monitor::find_metric(metric);
  const auto value = row == nullptr ? std::nullopt : monitor::value_of(*row, seen);
  return value ? std::optional(monitor::format_value(row->unit, *value)) : std::nullopt;
}

Parts& Parts::add(std::string_view before, const std::optional<std::string>& value,
                  std::string_view after) {
  return value ? add(fmt::format("{}{}{}", before, *value, after)) : *this;
}

Parts& Parts::add(std::string text) {
  if (!text.empty()) {
    parts_.push_back(std::move(text));
  }
  return *this;
}

std::string Parts::join(std::string_view separator) const {
  return fmt::format("{}", fmt::join(parts_, separator));
}

std::string server_text(const monitor::Report& report) {
  if (!report.observation) {
    return {};
  }
  const auto& seen = *report.observation;
  return Parts()
      .add(escape_for_terminal(seen.sample.server.text()))
      .add("up ", shown("uptime", seen))
      .join();
}

std::string clock_text(std::chrono::system_clock::time_point moment) {
  constexpr std::size_t kTime = 11;
  constexpr std::size_t kLength = 8;
  return format_timestamp(moment).substr(kTime, kLength);
}

std::optional<std::string> refused_limits(const monitor::Report& report) {
  Parts names;
  for (const auto& [metric, reason, refused] : report.verdict.unjudged) {
    names.add(refused ? std::string(metric->name) : std::string());
  }
  return names.empty() ? std::nullopt : std::optional(names.join());
}

std::string first_reason(const monitor::Report& report) {
  const auto& findings = report.verdict.findings;
  return findings.empty() ? std::string() : escape_for_terminal(findings.front().message);
}

}  // namespace fogis::output
