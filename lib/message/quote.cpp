#include "message/quote.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace fogis::message {
namespace {

/// The longest prefix of `text` within `max` bytes that does not end inside a UTF-8 sequence.
std::string_view cut(std::string_view text, std::size_t max) {
  auto end = max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U && max - end < 4) {
    --end;
  }
  return text.substr(0, end);
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t max) {
  if (text.size() <= max) {
    return escape_for_terminal(text);
  }
  return escape_for_terminal(cut(text, max)) + "…";
}

std::string describe(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::string:
      return fmt::format("\"{}\"", excerpt(value.get_ref<const std::string&>()));
    case nlohmann::json::value_t::object:
      return "an object with " + count_of(value.size(), "member");
    case nlohmann::json::value_t::array:
      return "an array of " + count_of(value.size(), "item");
    default:
      return value.dump();
  }
}

}  // namespace fogis::message
