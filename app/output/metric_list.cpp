// The table of metrics, for whoever wants to set a limit.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "monitor/metrics.hpp"
#include "monitor/thresholds.hpp"
#include "output/json.hpp"
#include "output/layout.hpp"
#include "output/monitor.hpp"

namespace fogis::output {
namespace {

using monitor::Metric;

/// `[warn > 78 %]`; of flags the value that is bad: `[crit: no]`.
std::string limit_text(const Metric& metric, std::string_view word,
                       const std::optional<double>& limit) {
  if (!limit) {
    return {};
  }
  const bool higher = metric.worse == monitor::Worse::higher;
  if (metric.unit == monitor::Unit::flag) {
    return fmt::format(" [{}: {}]", word, higher ? "yes" : "no");
  }
  return fmt::format(" [{} {} {}]", word, higher ? ">" : "<",
                     monitor::format_value(metric.unit, *limit));
}

Json limit_json(const std::optional<double>& limit) {
  return limit ? Json(*limit) : Json(nullptr);
}

std::string_view name_of(monitor::Unit unit) {
  switch (unit) {
    case monitor::Unit::count:
      return "count";
    case monitor::Unit::bytes:
      return "bytes";
    case monitor::Unit::milliseconds:
      return "ms";
    case monitor::Unit::percent:
      return "percent";
    case monitor::Unit::per_second:
      return "per_second";
    case monitor::Unit::bytes_per_second:
      return "bytes_per_second";
    case monitor::Unit::ratio:
      return "ratio";
    case monitor::Unit::flag:
      return "flag";
    case monitor::Unit::moment:
      return "moment";
  }
  return {};
}

}  // namespace

std::string metric_list_text(const monitor::Thresholds& thresholds, const Style& style) {
  constexpr std::size_t kNameColumns = 22;
  std::string text;
  for (const auto& metric : monitor::metrics()) {
    const auto limit = thresholds.of(metric.name);
    const auto* const unit = metric.unit == monitor::Unit::percent ? ", in percent" : "";
    const auto words =
        fmt::format("{}{}{}{}", metric.help, unit, limit_text(metric, "warn", limit.warning),
                    limit_text(metric, "crit", limit.critical));
    text += style.paint(Colour::bold, pad_right(metric.name, kNameColumns)) +
            wrap_indented(words, kNameColumns, style.width) + "\n";
  }
  return text;
}

std::string metric_list_json(const monitor::Thresholds& thresholds) {
  auto document = json_document("metric-list");
  document["metrics"] = Json::array();
  for (const auto& metric : monitor::metrics()) {
    const auto limit = thresholds.of(metric.name);
    Json item;
    item["name"] = metric.name;
    item["section"] = name(metric.section);
    item["unit"] = name_of(metric.unit);
    item["help"] = metric.help;
    item["worse"] = metric.worse == monitor::Worse::higher ? "higher" : "lower";
    item["warning"] = limit_json(limit.warning);
    item["critical"] = limit_json(limit.critical);
    item["json"] = monitor::json_key(metric);
    item["prometheus"] = text_or_null(metric.prometheus);
    document["metrics"].push_back(std::move(item));
  }
  return dump(document);
}

}  // namespace fogis::output
