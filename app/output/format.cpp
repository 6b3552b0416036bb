#include "output/format.hpp"

#include <array>
#include <utility>

namespace fogis::output {
namespace {

constexpr std::array<std::pair<Format, std::string_view>, 8> kNames{{
    {Format::text, "text"},
    {Format::json, "json"},
    {Format::junit, "junit"},
    {Format::github, "github"},
    {Format::markdown, "markdown"},
    {Format::raw, "raw"},
    {Format::prometheus, "prometheus"},
    {Format::nagios, "nagios"},
}};

}  // namespace

std::string_view name(Format format) {
  for (const auto& [known, known_name] : kNames) {
    if (known == format) {
      return known_name;
    }
  }
  return {};
}

std::optional<Format> parse_format(std::string_view text) {
  for (const auto& [known, known_name] : kNames) {
    if (known_name == text) {
      return known;
    }
  }
  return std::nullopt;
}

std::string list_of(std::span<const Format> formats) {
  std::string list;
  for (std::size_t i = 0; i < formats.size(); ++i) {
    if (i > 0) {
      list += i + 1 == formats.size() ? " or " : ", ";
    }
    list += name(formats[i]);
  }
  return list;
}

}  // namespace fogis::output
