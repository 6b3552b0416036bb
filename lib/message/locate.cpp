#include "message/locate.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "message/json_reader.hpp"

namespace fogis::message {
namespace {

constexpr std::string_view kSkipped = " \t\r\n";

/// The steps of a JSON pointer, `~1` and `~0` decoded.
std::vector<std::string> split_pointer(std::string_view pointer) {
  std::vector<std::string> steps;
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    std::string step;
    for (std::size_t i = 0; i < end; ++i) {
      const bool is_escape = pointer[i] == '~' && i + 1 < end;
      step += is_escape ? (pointer[i + 1] == '1' ? '/' : '~') : pointer[i];
      i += is_escape ? 1 : 0;
    }
    steps.push_back(std::move(step));
    pointer.remove_prefix(end);
  }
  return steps;
}

/// A place that is looked for, and how far it was followed.
struct Place {
  std::vector<std::string> steps;
  std::size_t offset = 0;
  std::size_t followed = 0;  ///< so many steps lead to where reading is
};

/// Follows the pointers while the text is read. Of a key that stands twice the last one counts, as
/// it does for whoever reads the document.
class Finder {
public:
  Finder(std::string_view text, std::vector<Place>& targets) : text_(text), targets_(targets) {}

  void begin(char bracket, std::size_t offset) {
    element(offset);
    indices_.push_back(bracket == '[' ? 0 : kObject);
  }
  void end(char /*bracket*/) { indices_.pop_back(); }
  void string(const JsonString& text) { element(offset_of(text.raw) - 1); }
  void scalar(std::string_view raw, const nlohmann::json& /*value*/) { element(offset_of(raw)); }
  void key(const JsonString& name) {
    if (indices_.size() <= deepest_ + 1) {
      // Pointers of findings are escaped.
      follow(escape_for_terminal(name.raw), offset_of(name.raw));
    }
  }

private:
  static constexpr auto kObject = std::numeric_limits<std::size_t>::max();

  [[nodiscard]] std::size_t offset_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - text_.data());
  }

  /// A value begins.
  void element(std::size_t offset) {
    if (!indices_.empty() && indices_.back() != kObject) {
      const auto index = indices_.back()++;
      if (indices_.size() <= deepest_ + 1) {
        follow(std::to_string(index), offset);
      }
    }
  }

  /// The step from the container that is open to what is in it.
  void follow(const std::string& step, std::size_t offset) {
    const auto level = indices_.size() - 1;
    deepest_ = 0;
    for (auto& target : targets_) {
      target.followed = std::min(target.followed, level);
      if (target.followed == level && level < target.steps.size() && target.steps[level] == step) {
        target.offset = offset;
        ++target.followed;
      }
      deepest_ = std::max(deepest_, target.followed);
    }
  }

  std::string_view text_;
  std::vector<Place>& targets_;
  std::vector<std::size_t> indices_;  ///< of each container around: the next element, or kObject
  std::size_t deepest_ = 0;           ///< the most steps that a target was followed
};

/// The line of each offset, by one pass over the text in the order of the offsets.
std::vector<std::size_t> lines_of(std::string_view text, const std::vector<std::size_t>& offsets) {
  std::vector<std::size_t> order(offsets.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t i) { return offsets[i]; });
  std::vector<std::size_t> lines(offsets.size());
  std::size_t at = 0;
  std::size_t line = 1;
  for (const auto i : order) {
    const auto end = std::min(offsets[i], text.size());
    line += static_cast<std::size_t>(std::ranges::count(text.substr(at, end - at), '\n'));
    at = end;
    lines[i] = line;
  }
  return lines;
}

}  // namespace

std::vector<std::size_t> find_lines(std::string_view text, std::span<const Finding> findings) {
  if (text.find('\n') == std::string_view::npos) {
    return std::vector<std::size_t>(findings.size(), 1);
  }
  std::vector<Place> places;
  places.reserve(findings.size());
  const auto first = std::min(text.find_first_not_of(kSkipped), text.size());
  for (const auto& finding : findings) {
    places.push_back({finding.offset ? std::vector<std::string>() : split_pointer(finding.pointer),
                      finding.offset.value_or(first)});
  }
  Finder finder(text, places);
  JsonReader(text).read({}, finder);
  std::vector<std::size_t> offsets;
  offsets.reserve(places.size());
  std::ranges::transform(places, std::back_inserter(offsets), &Place::offset);
  return lines_of(text, offsets);
}

}  // namespace fogis::message
