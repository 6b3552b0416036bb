// What the kernel knows about TCP connections to a port of this machine.
#pragma once

#include <cstdint>

namespace fogis::testing {

/// Wait until the kernel shows it; fail the test when ten seconds pass first. For programs that
/// wait for a server which cannot tell that they do, because it stands still. IPv4.

/// Somebody has asked for a connection to this port and got no answer.
void wait_for_unanswered_connect(std::uint16_t port);
/// A connection to this port has bytes that its server has not read.
void wait_for_unread_bytes(std::uint16_t port);
/// The peer of a connection to this port has read all that has come.
void wait_until_read(std::uint16_t port);

}  // namespace fogis::testing
