#include "config/sourced.hpp"

#include <fmt/format.h>

namespace fogis::config {

std::optional<Sourced> from_option(const std::optional<std::string>& value, std::string origin) {
  if (!value) {
    return std::nullopt;
  }
  return Sourced{*value, Source::option, std::move(origin)};
}

std::optional<Sourced> from_url(std::optional<std::string> value, std::string origin) {
  if (!value) {
    return std::nullopt;
  }
  return Sourced{std::move(*value), Source::url, "url " + std::move(origin)};
}

std::optional<Sourced> from_environment(const Environment& environment, std::string_view name) {
  auto value = environment(name);
  if (!value || value->empty()) {
    return std::nullopt;
  }
  return Sourced{std::move(*value), Source::environment, std::string(name)};
}

Sourced first_of(std::initializer_list<std::optional<Sourced>> candidates, std::string fallback) {
  for (const auto& candidate : candidates) {
    if (candidate) {
      return *candidate;
    }
  }
  return {std::move(fallback), Source::builtin, {}};
}

Error bad_value(const Sourced& value, std::string_view fault, std::string hint) {
  const bool is_option = value.source == Source::option;
  return make_error(is_option ? ErrorKind::usage : ErrorKind::configuration,
                    is_option ? Phase::usage : Phase::config,
                    fmt::format("bad {}: {}", value.origin, fault), std::move(hint));
}

}  // namespace fogis::config
