#include "output/live_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "output/layout.hpp"
#include "output/monitor_parts.hpp"
#include "output/monitor_sections.hpp"
#include "output/monitor_tables.hpp"
#include "output/sparkline.hpp"

namespace fogis::output {
namespace {

using Lines = std::vector<std::string>;
using monitor::Point;

constexpr std::size_t kLabelColumns = 9;
constexpr std::size_t kValueColumns = 9;
constexpr std::size_t kMostReasons = 3;
constexpr std::size_t kRoomyRows = 32;  ///< from here on blocks are set apart and more is told

/// One of the curves.
struct Curve {
  std::string_view label;
  std::string_view metric;
  std::optional<double> Point::*part;
};

constexpr std::array<Curve, 5> kCurves{{
    {"commands", "ops", &Point::ops},
    {"PING", "ping_latest", &Point::latency},
    {"canary", "canary_p50", &Point::canary},
    {"memory", "memory_used", &Point::memory},
    {"clients", "clients", &Point::clients},
}};

class Frame {
public:
  Frame(const LiveView& view, std::size_t rows, std::size_t columns, const Style& style)
      : view_(view), rows_(rows), style_(style) {
    style_.width = columns;
  }

  Lines run() {
    const auto head_lines = head();
    const auto foot = footer();
    auto reason_lines = reasons();
    auto curve_lines = curves();
    auto channel_lines = channels();
    auto section_lines = rows_ >= kRoomyRows ? sections() : Lines();
    const auto event_lines = events();
    add(head_lines);
    add(std::move(reason_lines));
    add(std::move(curve_lines));
    add(std::move(channel_lines));
    add(std::move(section_lines));
    add_newest(event_lines);
    lines_.resize(rows_ > 0 ? rows_ - 1 : 0);
    if (rows_ > 0) {
      lines_.push_back(foot);
    }
    return std::move(lines_);
  }

private:
  [[nodiscard]] bool roomy() const { return rows_ >= kRoomyRows; }
  [[nodiscard]] std::string fit(std::string_view text) const {
    return truncate_text(text, style_.width, !style_.unicode);
  }

  void add(Lines block) {
    if (roomy() && !block.empty() && !lines_.empty()) {
      lines_.emplace_back();
    }
    lines_.insert(lines_.end(), std::make_move_iterator(block.begin()),
                  std::make_move_iterator(block.end()));
  }

  /// As many of the latest events as there is room for.
  void add_newest(const Lines& events) {
    const std::size_t used = lines_.size() + (roomy() ? 2 : 1);
    const auto room = rows_ > used ? rows_ - used : 0;
    const auto shown = std::min(room, events.size());
    add(Lines(events.end() - static_cast<std::ptrdiff_t>(shown), events.end()));
  }

  [[nodiscard]] Lines head() const {
    const auto right =
        fmt::format("{} every {}", clock_text(view_.now), format_duration(view_.interval));
    const auto left = fit(escape_for_terminal(view_.endpoint));
    const auto used = text_width(left) + text_width(right);
    auto first = used < style_.width ? left + std::string(style_.width - used, ' ') + right : left;
    return {style_.paint(Colour::bold, first), verdict()};
  }

  [[nodiscard]] std::string verdict() const {
    if (!view_.report) {
      return fit("sampling ...");
    }
    const auto health = view_.report->verdict.health;
    const auto text =
        Parts().add(std::string(name(health))).add(server_text(*view_.report)).add(age()).join();
    const auto room = style_.width - std::min(style_.width, mark_width(style_) + 1);
    return fmt::format("{} {}", mark(style_, status_of(health)),
                       style_.paint(Colour::bold, truncate_text(text, room, !style_.unicode)));
  }

  /// How old the report is, once that is remarkable.
  [[nodiscard]] std::string age() const {
    const auto passed = view_.now - view_.report->taken;
    if (passed <= 2 * view_.interval + std::chrono::seconds(1)) {
      return {};
    }
    return fmt::format("{}last sample {} ago", view_.paused ? "" : "no answer, ",
                       format_duration(passed));
  }

  [[nodiscard]] Lines reasons() const {
    Lines result;
    if (!view_.report) {
      return result;
    }
    for (const auto& finding : view_.report->verdict.findings) {
      if (result.size() == kMostReasons) {
        break;
      }
      const auto room = style_.width - std::min(style_.width, mark_width(style_) + 3);
      result.push_back(
          fmt::format("  {} {}", mark(style_, status_of(finding.severity)),
                      truncate_text(escape_for_terminal(finding.message), room, !style_.unicode)));
    }
    if (const auto names = refused_limits(*view_.report)) {
      result.push_back(fit("  not judged: " + *names));
    }
    return result;
  }

  [[nodiscard]] std::string curve_line(const Curve& curve) const {
    const auto* const seen =
        view_.report && view_.report->observation ? &*view_.report->observation : nullptr;
    const auto value = seen == nullptr ? std::nullopt : shown(curve.metric, *seen);
    std::vector<std::optional<double>> values;
    for (const auto& point : view_.history.points()) {
      values.push_back(point.*(curve.part));
    }
    const auto text = fit(pad_right(curve.label, kLabelColumns) +
                          pad_left(value.value_or("-"), kValueColumns) + "  ");
    const auto room = style_.width - std::min(style_.width, text_width(text));
    return text + style_.paint(Colour::green, sparkline(values, room, style_.unicode));
  }

  [[nodiscard]] Lines curves() const {
    const bool probed = std::any_of(view_.history.points().begin(), view_.history.points().end(),
                                    [](const auto& point) { return point.canary.has_value(); });
    Lines result;
    for (const auto& curve : kCurves) {
      if (curve.label != "canary" || probed) {
        result.push_back(curve_line(curve));
      }
    }
    return result;
  }

  [[nodiscard]] Lines channels() const {
    if (!view_.report || !view_.report->observation) {
      return {};
    }
    const auto& seen = *view_.report->observation;
    Lines result;
    for (const auto& [title, text] : section_texts(seen)) {
      if (title == "pub/sub" && !text.empty()) {
        result.push_back(style_.paint(Colour::bold, fit("pub/sub  " + text)));
      }
    }
    for (auto* const make : {&channel_rows, &subscriber_rows}) {
      auto more = make(seen, style_);
      result.insert(result.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
    }
    return result;
  }

  [[nodiscard]] Lines sections() const {
    Lines result;
    if (view_.report && view_.report->observation) {
      for (const auto& [title, text] : section_texts(*view_.report->observation)) {
        if (title != "pub/sub" && !text.empty()) {
          result.push_back(fit(pad_right(title, kLabelColumns + 4) + text));
        }
      }
    }
    return result;
  }

  [[nodiscard]] Lines events() const {
    const auto& events = view_.history.events();
    return event_rows({events.begin(), events.end()}, style_);
  }

  [[nodiscard]] std::string footer() const {
    return style_.paint(Colour::dim,
                        fit(view_.paused ? "PAUSED  q quit  p resume" : "q quit  p pause"));
  }

  const LiveView& view_;
  std::size_t rows_;
  Style style_;
  Lines lines_;
};

}  // namespace

Lines live_frame(const LiveView& view, std::size_t rows, std::size_t columns, const Style& style) {
  return Frame(view, rows, columns, style).run();
}

}  // namespace fogis::output
