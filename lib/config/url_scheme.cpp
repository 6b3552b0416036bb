#include "config/url_scheme.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/suggest.hpp"

namespace fogis::config {
namespace {

constexpr std::array<UrlScheme, 5> kSchemes{{
    {"redis", Transport::tcp},
    {"rediss", Transport::tls},
    {"unix", Transport::unix_socket},
    {"valkey", Transport::tcp},
    {"valkeys", Transport::tls},
}};

bool is_scheme_character(char byte) {
  const auto letter = static_cast<unsigned char>(byte);
  return letter < 0x80 && (std::isalnum(letter) != 0 || byte == '+' || byte == '-' || byte == '.');
}

}  // namespace

const UrlScheme* find_scheme(std::string_view name) {
  const auto* const found = std::find_if(kSchemes.begin(), kSchemes.end(), [&](const auto& scheme) {
    // No edits at all: equal but for case.
    return edit_distance(name, scheme.name, 0).has_value();
  });
  return found == kSchemes.end() ? nullptr : found;
}

const UrlScheme* nearest_scheme(std::string_view name) {
  // Seen in the documentation of Celery, Kombu and Huey.
  if (name == "redis+unix" || name == "redis+socket") {
    return find_scheme("unix");
  }
  std::array<std::string_view, kSchemes.size()> names{};
  std::transform(kSchemes.begin(), kSchemes.end(), names.begin(),
                 [](const auto& scheme) { return scheme.name; });
  const auto found = nearest(name, names);
  return found ? find_scheme(*found) : nullptr;
}

std::size_t UrlStart::size() const {
  return word.size() + (has_colon ? 1 : 0) + std::min<std::size_t>(slashes, 2);
}

UrlStart split_start(std::string_view text) {
  UrlStart start;
  const auto* const word_end = std::find_if_not(text.begin(), text.end(), is_scheme_character);
  const auto length = static_cast<std::size_t>(word_end - text.begin());
  auto rest = text.substr(length);
  const bool is_word = rest.starts_with(':') || rest.starts_with("//");
  if (!is_word) {
    return start;
  }
  start.word = text.substr(0, length);
  start.has_colon = rest.starts_with(':');
  rest.remove_prefix(start.has_colon ? 1 : 0);
  start.slashes = std::min(rest.find_first_not_of('/'), rest.size());
  return start;
}

}  // namespace fogis::config
