#include "message/peek.hpp"

#include <algorithm>

#include "base/number.hpp"
#include "message/json_reader.hpp"
#include "message/patterns.hpp"

namespace fogis::message {
namespace {

constexpr std::size_t kPeekedBytes = std::size_t{1} << 20U;
constexpr std::string_view kSpaces = " \t\r\n";

std::string_view digits_at(std::string_view text) {
  return text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
}

/// The number that a line begins with.
std::optional<std::uint64_t> leading_number(std::string_view text) {
  constexpr std::string_view kSeparators = " \t\r\n:,;";
  const auto digits = digits_at(text);
  if (digits.empty() || (digits.size() < text.size() &&
                         kSeparators.find(text[digits.size()]) == std::string_view::npos)) {
    return std::nullopt;
  }
  return parse_number<std::uint64_t>(digits);
}

/// Looks at the members of the first level.
class Peeker {
public:
  void begin(char /*bracket*/, std::size_t /*offset*/) { ++depth_; }
  void end(char /*bracket*/) { --depth_; }
  void key(const JsonString& name) { key_ = depth_ == 1 ? name.raw : std::string_view(); }

  void scalar(std::string_view raw, const nlohmann::json& value) {
    // `sequence` is the clearer name: where both stand it counts.
    if (depth_ == 1 && value.is_number_unsigned() && digits_at(raw) == raw &&
        (key_ == "sequence" || (key_ == "seq" && !found.sequence))) {
      found.sequence = value.get<std::uint64_t>();
    }
  }

  void string(const JsonString& text) {
    if (depth_ == 1 && key_ == "source") {
      found.source = text.raw;
    } else if (depth_ == 1 && key_ == "timestamp") {
      const auto timestamp = parse_timestamp(text.raw);
      if (timestamp && timestamp->zone != Zone::none) {
        found.timestamp = timestamp->moment;
      }
    }
  }

  Peeked found;

private:
  std::size_t depth_ = 0;
  std::string_view key_;
};

}  // namespace

Peeked peek(std::string_view payload) {
  Peeked found;
  const auto text = payload.substr(0, kPeekedBytes);
  const auto begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) {
    return found;
  }
  if (text[begin] != '{') {
    found.sequence = leading_number(text.substr(begin));
  } else if (text.find("\"seq", begin) != std::string_view::npos ||
             text.find("\"timestamp\"", begin) != std::string_view::npos) {
    Peeker peeker;
    JsonReader(text).read({}, peeker);
    return peeker.found;
  }
  return found;
}

}  // namespace fogis::message
