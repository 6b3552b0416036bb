#include "message/scan.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "message/quick_parse.hpp"
#include "message/quote.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Builds the document from the parser's events and stops it at a bound. Its public functions are
/// what nlohmann_json's SAX interface asks for.
class BoundedBuilder {
public:
  enum class Outcome : std::uint8_t { whole, too_deep, too_many_values, fault };

  BoundedBuilder(const Bounds& bounds, json& root, Collector& findings)
      : bounds_(bounds), root_(root), findings_(findings) {}

  bool null() { return add(json(nullptr)); }
  bool boolean(bool value) { return add(json(value)); }
  bool number_integer(std::int64_t value) { return add(json(value)); }
  bool number_unsigned(std::uint64_t value) { return add(json(value)); }
  bool number_float(double value, const std::string&) { return add(number_of(value)); }
  bool string(std::string& value) { return add(json(std::move(value))); }
  bool binary(json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(json::value_t::object); }
  bool start_array(std::size_t) { return open(json::value_t::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    auto& frame = frames_.back();
    auto [member, is_new] =
        frame.container->get_ref<json::object_t&>().try_emplace(std::move(name));
    frame.key = &member->first;
    frame.slot = &member->second;
    if (!is_new) {
      report_duplicate();
      *frame.slot = nullptr;
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception& fault) {
    outcome_ = Outcome::fault;
    position_ = position;
    is_overflow_ = fault.id == 406;
    const std::string_view what = fault.what();
    // What follows repeats the document, and may be as long.
    reason_ = what.substr(0, what.find("; last read"));
    return false;
  }

  [[nodiscard]] Outcome outcome() const { return outcome_; }
  /// How many bytes were read when the fault was seen, counting the end as one.
  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] bool is_overflow() const { return is_overflow_; }
  /// The library's words for the fault.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  [[nodiscard]] bool is_root_closed() const { return has_root_ && frames_.empty(); }
  /// Calls `use` with the path of the value that was read last.
  template <typename Use>
  void with_path(Use&& use) const {
    walk(0, Path(), std::forward<Use>(use));
  }

private:
  struct Frame {
    json* container = nullptr;
    json* slot = nullptr;              ///< in an object: where the value of `key` goes
    const std::string* key = nullptr;  ///< in an object: owned by the container
  };

  /// Puts a value in its place. Returns the place, or null when the bound is reached.
  json* place(json&& value) {
    if (++values_ > bounds_.values) {
      outcome_ = Outcome::too_many_values;
      return nullptr;
    }
    has_root_ = true;
    if (frames_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    auto& frame = frames_.back();
    if (frame.slot == nullptr) {
      return &frame.container->get_ref<json::array_t&>().emplace_back(std::move(value));
    }
    *frame.slot = std::move(value);
    return frame.slot;
  }

  bool add(json&& value) { return place(std::move(value)) != nullptr; }

  bool open(json::value_t kind) {
    if (frames_.size() >= bounds_.depth) {
      outcome_ = Outcome::too_deep;
      return false;
    }
    auto* const container = place(json(kind));
    if (container != nullptr) {
      frames_.push_back({container, nullptr, nullptr});
    }
    return container != nullptr;
  }

  bool close() {
    frames_.pop_back();
    return true;
  }

  void report_duplicate() const {
    with_path([&](const Path& path) {
      findings_.add("duplicate-key", path, [&] {
        return fmt::format("the key \"{}\" a second time", excerpt(*frames_.back().key));
      });
    });
  }

  template <typename Use>
  void walk(std::size_t level, const Path& path, Use&& use) const {
    if (level == frames_.size()) {
      use(path);
      return;
    }
    const auto& frame = frames_[level];
    if (frame.key != nullptr) {
      walk(level + 1, Path(path, *frame.key), std::forward<Use>(use));
    } else if (frame.container->is_array() && !frame.container->empty()) {
      walk(level + 1, Path(path, frame.container->size() - 1), std::forward<Use>(use));
    } else {
      use(path);
    }
  }

  const Bounds& bounds_;
  json& root_;
  Collector& findings_;
  std::vector<Frame> frames_;
  std::size_t values_ = 0;
  bool has_root_ = false;
  Outcome outcome_ = Outcome::whole;
  std::size_t position_ = 0;
  bool is_overflow_ = false;
  std::string reason_;
};

/// "line 3, column 14", both from 1, columns in bytes; without the line where there is only one.
std::string line_and_column(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  if (text.find('\n') == std::string_view::npos) {
    return fmt::format("column {}", before.size() + 1);
  }
  const auto lines = std::ranges::count(before, '\n');
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {}", lines + 1, before.size() - line_start + 1);
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const auto length = utf8_sequence_length(text.substr(offset));
    if (length == 0) {
      return offset;
    }
    offset += length;
  }
  return std::nullopt;
}

/// What is said of a place in the text: where, and the bytes that stand there.
std::string describe_place(std::string_view text, std::size_t offset) {
  return fmt::format("{}: {}", line_and_column(text, offset),
                     offset < text.size() ? excerpt(text.substr(offset), 20) : "the end");
}

/// The library's reason without what it says of the place, for example "invalid literal".
std::string_view shorten(std::string_view reason) {
  const auto dash = reason.find(" - ");
  return dash == std::string_view::npos ? std::string_view() : reason.substr(dash + 3);
}

void report_fault(std::string_view text, const BoundedBuilder& builder, Collector& findings) {
  const auto read = std::min(builder.position(), text.size() + 1);
  const auto offset = read > 0 ? read - 1 : 0;  // of the byte that was one too many
  const auto report = [&](std::string_view rule, const auto& found,
                          std::optional<std::size_t> at = std::nullopt) {
    builder.with_path(
        [&](const Path& path) { findings.add(rule, path, found, at.value_or(offset)); });
  };
  const auto place = [&] { return describe_place(text, offset); };

  const auto bad_byte = find_invalid_utf8(text.substr(0, std::min(text.size(), offset + 4)));
  if (bad_byte && *bad_byte <= offset && offset < text.size()) {
    report(
        "invalid-utf8", [&] { return describe_place(text, *bad_byte); }, *bad_byte);
  } else if (builder.is_overflow()) {
    report("number-out-of-range", place);
  } else if (builder.is_root_closed()) {
    findings.add("trailing-data", Path(), place, offset);
  } else if (offset >= text.size()) {
    report("truncated", [&] { return "the end at " + line_and_column(text, text.size()); });
  } else if (builder.reason().find("surrogate") != std::string::npos) {
    report("lone-surrogate", place);
  } else {
    report("not-json", [&] {
      return fmt::format("{} ({})", place(), excerpt(shorten(builder.reason()), 120));
    });
  }
}

/// Faults that need no parser. Returns whether there is none.
bool check_outside(std::string_view text, const Bounds& bounds, Collector& findings) {
  if (text.size() > bounds.size) {
    report_too_large(text.size(), bounds, findings);
    return false;
  }
  if (text.find_first_not_of(kBlanks) == std::string_view::npos) {
    findings.add("empty-document", Path(), [&] { return count_of(text.size(), "byte"); });
    return false;
  }
  // The parser would skip it, other readers do not (RFC 8259 section 8.1).
  if (text.starts_with(kByteOrderMark)) {
    findings.add("not-json", Path(), [] { return std::string("a byte order mark at the start"); });
    return false;
  }
  return true;
}

}  // namespace

nlohmann::json number_of(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(value) == value && std::abs(value) <= kExact) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

void report_too_large(std::uint64_t size, const Bounds& bounds, Collector& findings) {
  findings.add("too-large", Path(),
               [&] { return fmt::format("{} bytes; the bound is {}", size, bounds.size); });
}

bool scan(std::string_view text, const Bounds& bounds, nlohmann::json& document,
          Collector& findings) {
  if (!check_outside(text, bounds, findings)) {
    return false;
  }
  if (quick_parse(text, bounds, document)) {
    return true;
  }
  document = nullptr;
  // The parser takes a NUL byte for the end. It may stand nowhere in JSON, so what is before it
  // tells.
  const auto readable = text.substr(0, text.find('\0'));
  BoundedBuilder builder(bounds, document, findings);
  json::sax_parse(readable.data(), readable.data() + readable.size(), &builder);
  switch (builder.outcome()) {
    case BoundedBuilder::Outcome::whole:
      if (readable.size() < text.size()) {
        findings.add(
            "trailing-data", Path(), [&] { return describe_place(text, readable.size()); },
            readable.size());
        return false;
      }
      return true;
    case BoundedBuilder::Outcome::too_deep:
      builder.with_path([&](const Path& path) {
        findings.add("too-deep", path,
                     [&] { return fmt::format("more than {} levels", bounds.depth); });
      });
      return false;
    case BoundedBuilder::Outcome::too_many_values:
      builder.with_path([&](const Path& path) {
        findings.add("too-many-values", path,
                     [&] { return fmt::format("more than {} values", bounds.values); });
      });
      return false;
    case BoundedBuilder::Outcome::fault:
      report_fault(text, builder, findings);
      return false;
  }
  return false;
}

}  // namespace fogis::message
