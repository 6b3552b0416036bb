#include "redis/output_buffer_limit.hpp"

#include <algorithm>

#include "base/number.hpp"

namespace fogis::redis {
namespace {

/// Takes the next word off the front; empty at the end.
std::string_view take_word(std::string_view& text) {
  const auto first = text.find_first_not_of(' ');
  text.remove_prefix(first == std::string_view::npos ? text.size() : first);
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

std::optional<std::int64_t> OutputBufferLimit::lowest() const {
  if (hard <= 0 && soft <= 0) {
    return std::nullopt;
  }
  return hard <= 0 || soft <= 0 ? std::max(hard, soft) : std::min(hard, soft);
}

std::optional<OutputBufferLimit> parse_output_buffer_limit(std::string_view value,
                                                           std::string_view client_class) {
  while (!value.empty()) {
    const auto name = take_word(value);
    const auto hard = parse_number<std::int64_t>(take_word(value));
    const auto soft = parse_number<std::int64_t>(take_word(value));
    const auto seconds = parse_number<std::int64_t>(take_word(value));
    if (!hard || !soft || !seconds) {
      return std::nullopt;
    }
    if (name == client_class) {
      return OutputBufferLimit{*hard, *soft, *seconds};
    }
  }
  return std::nullopt;
}

}  // namespace fogis::redis
