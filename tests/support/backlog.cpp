#include "support/backlog.hpp"

#include <poll.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <utility>

namespace fogis::testing {

std::vector<UniqueFd> fill_backlog(const sockaddr* address, socklen_t length) {
  std::vector<UniqueFd> fillers;
  constexpr int kMostFillers = 64;
  for (int i = 0; i < kMostFillers; ++i) {
    UniqueFd filler(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const bool connected = ::connect(filler.get(), address, length) == 0;
    if (!connected && errno == EAGAIN) {
      return fillers;  // A full unix socket says so at once.
    }
    pollfd watched{.fd = filler.get(), .events = POLLOUT, .revents = 0};
    if (!connected && ::poll(&watched, 1, 100) <= 0) {
      return fillers;
    }
    fillers.push_back(std::move(filler));
  }
  FAIL("the backlog takes more than " << kMostFillers << " connections");
  return fillers;
}

}  // namespace fogis::testing
