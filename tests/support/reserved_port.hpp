// A TCP port on 127.0.0.1 that nobody else can take.
#pragma once

#include <cstdint>

#include "base/unique_fd.hpp"

namespace fogis::testing {

/// Holds a port that the kernel chose, without listening: connecting to it is refused. A server
/// that sets SO_REUSEADDR (Redis does) can listen on it meanwhile, while the kernel gives it to
/// nobody else, not even after that server's end (Linux: bind conflicts only with listeners when
/// both sockets allow reuse, and automatic ports avoid every bound one).
class ReservedPort {
public:
  /// Fails the test when the system has none.
  ReservedPort();

  [[nodiscard]] std::uint16_t number() const { return number_; }

private:
  UniqueFd socket_;
  std::uint16_t number_ = 0;
};

}  // namespace fogis::testing
