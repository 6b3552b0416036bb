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
