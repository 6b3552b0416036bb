// A listener whose queue of new connections is full.
#pragma once

#include <sys/socket.h>

#include <vector>

#include "base/unique_fd.hpp"

namespace fogis::testing {

/// Connects to a listener that accepts nobody until one attempt stays unanswered: from then on the
/// kernel drops what comes (a unix socket refuses with EAGAIN). The queue stays full as long as the
/// returned connections are open. Fails the test when the queue takes more than 64.
std::vector<UniqueFd> fill_backlog(const sockaddr* address, socklen_t length);

}  // namespace fogis::testing
