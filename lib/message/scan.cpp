#include "message/scan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "message/quote.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

/// Walking or destroying a document that is nested more deeply could overflow the stack.
constexpr std::size_t kDeepest = 512;
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Builds the document from what is read, and knows the path of the value that was read last.
class Builder {
public:
  Builder(json& root, Collector& findings) : root_(root), findings_(findings) {
    frames_.reserve(16);
  }

  void begin(char bracket, std::size_t /*offset*/) {
    auto& container = place();
    container = bracket == '{' ? json::value_t::object : json::value_t::array;
    frames_.push_back({&container, nullptr, nullptr});
  }
  void end(char /*bracket*/) { frames_.pop_back(); }
  void string(const JsonString& text) {
    auto& slot = place();
    slot = json::value_t::string;
    text.assign_to(slot.get_ref<std::string&>());
  }
  void scalar(std::string_view /*raw*/, json&& value) { place().swap(value); }

  void key(const JsonString& text) {
    std::string name(text.has_escapes ? std::string_view() : text.raw);
    if (text.has_escapes) {
      text.decode_to(name);
    }
    auto& frame = frames_.back();
    auto [member, is_new] =
        frame.container->get_ref<json::object_t&>().try_emplace(std::move(name));
    frame.key = &member->first;
    frame.slot = &member->second;
    if (!is_new) {
      with_path([&](const Path& path) {
        findings_.add("duplicate-key", path,
                      [&] { return fmt::format("duplicate key \"{}\"", excerpt(member->first)); });
      });
      *frame.slot = nullptr;
    }
  }

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

  /// Where the next value goes.
  json& place() {
    has_root_ = true;
    if (frames_.empty()) {
      return root_;
    }
    const auto& frame = frames_.back();
    return frame.slot != nullptr ? *frame.slot
                                 : frame.container->get_ref<json::array_t&>().emplace_back();
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

  json& root_;
  Collector& findings_;
  std::vector<Frame> frames_;
  bool has_root_ = false;
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

void report_fault(std::string_view text, const Bounds& bounds, const JsonFault& fault,
                  const Builder& builder, Collector& findings) {
  using Kind = JsonFault::Kind;
  const auto offset = fault.offset;
  const auto report = [&](std::string_view rule, const auto& found, std::optional<std::size_t> at) {
    builder.with_path([&](const Path& path) { findings.add(rule, path, found, at); });
  };
  if (fault.kind == Kind::too_deep || fault.kind == Kind::too_many_values) {
    const bool deep = fault.kind == Kind::too_deep;
    report(
        deep ? "too-deep" : "too-many-values",
        [&] {
          return deep ? fmt::format("more than {} levels", bounds.depth)
                      : fmt::format("more than {} values", bounds.values);
        },
        std::nullopt);
    return;
  }
  // What is wrong is quoted from its beginning, not what follows it.
  const auto place = [&] { return describe_place(text, fault.begin); };

  const auto bad_byte = find_invalid_utf8(text.substr(0, std::min(text.size(), offset + 4)));
  if (bad_byte && *bad_byte <= offset && offset < text.size()) {
    report(
        "invalid-utf8", [&] { return describe_place(text, *bad_byte); }, *bad_byte);
  } else if (fault.kind == Kind::not_finite) {
    report("not-finite", place, offset);
  } else if (fault.kind == Kind::out_of_range) {
    report("number-out-of-range", place, offset);
  } else if (builder.is_root_closed()) {
    findings.add("trailing-data", Path(), place, offset);
  } else if (offset >= text.size()) {
    report(
        "truncated", [&] { return "the end at " + line_and_column(text, text.size()); }, offset);
  } else if (fault.kind == Kind::surrogate) {
    report("lone-surrogate", place, offset);
  } else {
    report(
        "not-json", [&] { return fmt::format("{} ({})", place(), excerpt(fault.reason, 120)); },
        offset);
  }
}

/// Words for a text in UTF-16, as some editors and shells save files; empty for any other.
std::string_view utf16_mark(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return "UTF-16, by the byte order mark at the start";
  }
  const auto has_nuls_at = [&](std::size_t first) {
    return text.size() >= 4 && text[first] == '\0' && text[first + 2] == '\0' &&
           text[1 - first] != '\0' && text[3 - first] != '\0';
  };
  return has_nuls_at(0) || has_nuls_at(1) ? "UTF-16: every second byte is NUL" : "";
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
  if (const auto utf16 = utf16_mark(text); !utf16.empty()) {
    // Without the mark it is valid UTF-8, which a client decodes.
    findings.add(text.front() == '\xFF' || text.front() == '\xFE' ? "invalid-utf8" : "not-json",
                 Path(), [&] { return std::string(utf16); });
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

void report_too_large(std::uint64_t size, const Bounds& bounds, Collector& findings) {
  findings.add("too-large", Path(),
               [&] { return fmt::format("{} bytes; the limit is {}", size, bounds.size); });
}

bool scan(std::string_view text, Bounds bounds, nlohmann::json& document, Collector& findings) {
  if (!check_outside(text, bounds, findings)) {
    return false;
  }
  bounds.depth = std::min(bounds.depth, kDeepest);
  JsonReader reader(text);
  Builder builder(document, findings);
  const bool whole = reader.read(bounds, builder);
  if (!whole) {
    report_fault(text, bounds, reader.fault(), builder, findings);
  }
  return whole;
}

}  // namespace fogis::message
