#include "message/locate.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string>
#include <utility>

#include "base/text.hpp"

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
struct Target {
  std::vector<std::string> steps;
  std::size_t offset = 0;
};

using Targets = std::vector<Target*>;

/// Walks along the pointers alone and skips the rest, so that neither the depth of the document nor
/// the number of its values matters. Ends quietly where the text is no JSON.
class Walker {
public:
  explicit Walker(std::string_view text) : text_(text) {}

  /// Takes a value. `targets` are those whose first `level` steps lead here; at most as many levels
  /// are entered as a pointer has steps. Returns whether there was a value.
  bool value(const Targets& targets, std::size_t level) {
    Targets inside;
    std::ranges::copy_if(targets, std::back_inserter(inside),
                         [&](const Target* target) { return target->steps.size() > level; });
    skip_blanks();
    if (!inside.empty() && peek() == '{') {
      return object(inside, level);
    }
    if (!inside.empty() && peek() == '[') {
      return array(inside, level);
    }
    return skip_value();
  }

private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() { at_ = std::min(text_.find_first_not_of(kSkipped, at_), text_.size()); }

  bool take(char wanted) {
    skip_blanks();
    const bool found = peek() == wanted;
    at_ += found ? 1 : 0;
    return found;
  }

  /// Takes the rest of a string whose first quote was taken.
  bool skip_string() {
    while (true) {
      at_ = text_.find_first_of("\"\\", at_);
      if (at_ == std::string_view::npos) {
        at_ = text_.size();
        return false;
      }
      if (text_[at_] == '"') {
        ++at_;
        return true;
      }
      at_ = std::min(at_ + 2, text_.size());
    }
  }

  /// Takes a value with all that is in it.
  bool skip_value() {
    std::size_t depth = 0;
    do {
      at_ = std::min(text_.find_first_of(depth == 0 ? "\"[{,]}" : "\"[{]}", at_), text_.size());
      switch (peek()) {
        case '"':
          ++at_;
          if (!skip_string()) {
            return false;
          }
          break;
        case '[':
        case '{':
          ++depth;
          ++at_;
          break;
        case ']':
        case '}':
          if (depth == 0) {
            return true;  // behind a number or a word
          }
          --depth;
          ++at_;
          break;
        default:
          return peek() == ',';
      }
    } while (depth > 0);
    return true;
  }

  /// The targets whose next step is `step`, which stands at `offset`.
  static Targets follow(const Targets& targets, std::size_t level, std::string_view step,
                        std::size_t offset) {
    Targets followed;
    for (auto* const target : targets) {
      if (target->steps[level] == step) {
        target->offset = offset;
        followed.push_back(target);
      }
    }
    return followed;
  }

  bool object(const Targets& targets, std::size_t level) {
    take('{');
    while (take('"')) {
      const auto begin = at_;
      if (!skip_string()) {
        return false;
      }
      // Pointers of findings are escaped. Of a key that stands twice the last one counts, as it
      // does for whoever reads the document.
      const auto key = escape_for_terminal(text_.substr(begin, at_ - 1 - begin));
      const auto followed = follow(targets, level, key, begin);
      if (!take(':') || !value(followed, level + 1)) {
        return false;
      }
      if (!take(',')) {
        break;
      }
    }
    return take('}');
  }

  bool array(const Targets& targets, std::size_t level) {
    take('[');
    if (take(']')) {
      return true;
    }
    for (std::size_t index = 0;; ++index) {
      skip_blanks();
      if (!value(follow(targets, level, std::to_string(index), at_), level + 1)) {
        return false;
      }
      if (!take(',')) {
        return take(']');
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
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
  std::vector<Target> places;
  Targets targets;
  places.reserve(findings.size());
  const auto first = std::min(text.find_first_not_of(kSkipped), text.size());
  for (const auto& finding : findings) {
    places.push_back({finding.offset ? std::vector<std::string>() : split_pointer(finding.pointer),
                      finding.offset.value_or(first)});
    targets.push_back(&places.back());
  }
  Walker(text).value(targets, 0);
  std::vector<std::size_t> offsets;
  offsets.reserve(places.size());
  std::ranges::transform(places, std::back_inserter(offsets), &Target::offset);
  return lines_of(text, offsets);
}

}  // namespace fogis::message
