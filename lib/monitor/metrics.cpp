#include "monitor/metrics.hpp"

#include <cmath>
#include <cstdlib>

namespace fogis::monitor {
namespace {

constexpr double kMillisecondsPerSecond = 1000;

std::optional<double> status_value(const Metric& metric, const Sample& sample) {
  const auto text = sample.info.text(metric.field);
  return text ? std::optional(*text == "ok" ? 1.0 : 0.0) : std::nullopt;
}

std::optional<double> raw_value(const Metric& metric, const Observation& observation) {
  switch (metric.source) {
    case Source::info:
      return observation.sample.info.number(metric.field);
    case Source::seconds: {
      const auto seconds = observation.sample.info.number(metric.field);
      return seconds ? std::optional(*seconds * kMillisecondsPerSecond) : std::nullopt;
    }
    case Source::status:
      return status_value(metric, observation.sample);
    case Source::rate:
      return observation.changes ? observation.changes->rate(metric.field) : std::nullopt;
    case Source::increase:
      return observation.changes ? observation.changes->increase(metric.field) : std::nullopt;
    case Source::computed:
      return metric.compute(observation);
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(Section section) {
  switch (section) {
    case Section::server:
      return "server";
    case Section::performance:
      return "performance";
    case Section::memory:
      return "memory";
    case Section::clients:
      return "clients";
    case Section::pubsub:
      return "pubsub";
    case Section::keys:
      return "keys";
    case Section::persistence:
      return "persistence";
    case Section::replication:
      return "replication";
    case Section::trouble:
      return "trouble";
  }
  return {};
}

const Metric* find_metric(std::string_view name) {
  for (const auto& metric : metrics()) {
    if (metric.name == name) {
      return &metric;
    }
  }
  return nullptr;
}

bool needs_two_looks(const Metric& metric) {
  return metric.source == Source::rate || metric.source == Source::increase ||
         metric.name == "cpu" || metric.name == "lookups" || metric.name == "hit_rate";
}

std::optional<double> value_of(const Metric& metric, const Observation& observation) {
  const auto value = raw_value(metric, observation);
  // Servers print "inf" or "-nan" where they divide by nothing, and -1 for what they do not know.
  return value && std::isfinite(*value) && *value >= 0 ? value : std::nullopt;
}

std::optional<double> value_of(std::string_view metric, const Observation& observation) {
  const auto* const row = find_metric(metric);
  return row == nullptr ? std::nullopt : value_of(*row, observation);
}

std::string json_key(const Metric& metric) {
  std::string key(metric.name);
  const auto end = suffix(metric.unit);
  return key.ends_with(end) ? key : key + std::string(end);
}

bool is_recent(std::int64_t at_seconds, const Sample& sample) {
  return std::llabs(sample.server_seconds() - at_seconds) <= kRecentSeconds;
}

}  // namespace fogis::monitor
