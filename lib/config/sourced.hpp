// A value with its origin, and the choice among several of them by precedence.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/config.hpp"

namespace fogis::config {

/// A value as it was written, and who wrote it.
struct Sourced {
  std::string value;
  Source source = Source::builtin;
  std::string origin;  ///< as in Entry
};

/// The value of an option, if it was given.
std::optional<Sourced> from_option(const std::optional<std::string>& value, std::string origin);
/// The value of a part of the URL, if it was written.
std::optional<Sourced> from_url(std::optional<std::string> value, std::string origin);
/// The value of an environment variable. One that is set to nothing counts as not set: compose
/// files set variables so when they pass on what the host does not have.
std::optional<Sourced> from_environment(const Environment& environment, std::string_view name);

/// The first that is there, else `fallback` as the built-in value.
Sourced first_of(std::initializer_list<std::optional<Sourced>> candidates, std::string fallback);

/// An Error about `value`: kind usage when an option gave it, else configuration. The message is
/// "bad ORIGIN: `fault`".
Error bad_value(const Sourced& value, std::string_view fault, std::string hint);

}  // namespace fogis::config
