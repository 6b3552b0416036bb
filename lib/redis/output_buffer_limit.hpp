// The value of the setting client-output-buffer-limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fogis::redis {

/// The limits of one class of clients; 0: none.
struct OutputBufferLimit {
  std::int64_t hard = 0;          ///< bytes; whoever exceeds it is cut at once
  std::int64_t soft = 0;          ///< bytes; whoever exceeds it for soft_seconds is cut
  std::int64_t soft_seconds = 0;  ///< seconds

  /// The lower of the sizes that are set; nothing where none is.
  [[nodiscard]] std::optional<std::int64_t> lowest() const;
};

/// Finds a class in CONFIG GET's form of the value, where sizes are plain numbers:
/// `normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60`.
/// Nothing when the class is not there or its numbers are none.
std::optional<OutputBufferLimit> parse_output_buffer_limit(std::string_view value,
                                                           std::string_view client_class);

}  // namespace fogis::redis
