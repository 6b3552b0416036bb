// A value or the Error that kept it from being made.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.hpp"

namespace fogis {

template <typename T>
using Result = tl::expected<T, Error>;

/// Turns an Error into the failed state of any Result.
[[nodiscard]] inline tl::unexpected<Error> failure(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace fogis

// NOLINTBEGIN(cppcoreguidelines-macro-usage,bugprone-macro-parentheses): only a macro can return
// from its caller, and a declaration cannot stand in parentheses.

/// TRY(result): returns from the function with the result's Error, if it has one. The function
/// returns a Result of any type.
#define TRY(...)                                          \
  do {                                                    \
    if (auto tried_ = (__VA_ARGS__); !tried_) {           \
      return ::fogis::failure(std::move(tried_).error()); \
    }                                                     \
  } while (false)

/// TRY_ASSIGN(auto name, result): the same, and otherwise `name` is the result's value, moved out
/// of it.
#define TRY_ASSIGN(target, ...) \
  FOGIS_TRY_ASSIGN(FOGIS_JOIN(tried_, __COUNTER__), target, __VA_ARGS__)
#define FOGIS_JOIN(left, right) FOGIS_JOIN_EXPANDED(left, right)
#define FOGIS_JOIN_EXPANDED(left, right) left##right
#define FOGIS_TRY_ASSIGN(tried, target, ...)           \
  auto tried = (__VA_ARGS__);                          \
  if (!tried) {                                        \
    return ::fogis::failure(std::move(tried).error()); \
  }                                                    \
  target = *std::move(tried)
// NOLINTEND(cppcoreguidelines-macro-usage,bugprone-macro-parentheses)
