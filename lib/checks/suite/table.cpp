#include <array>

#include "checks/suite.hpp"
#include "checks/suite/checks.hpp"

namespace fogis::checks {

std::span<const Check> suite_checks() {
  static constexpr std::array<Check, 16> kChecks{{
      {"connection",
       "Connect, authenticate and PING",
       "The server is reachable, accepts the login and answers PING; each phase is timed.",
       {},
       check_connection},
      {"basic-operations",
       "Strings, counters, hashes, lists, expiry",
       "Everyday commands change and return data as documented, and keys expire.",
       {.commands = 18, .kilobytes = 64},
       check_basic_operations},
      {"binary-safety",
       "Any bytes as value and as message",
       "NUL, invalid UTF-8, empty and large payloads come back byte for byte.",
       {.connections = 1, .commands = 6, .kilobytes = 96},
       check_binary_safety},
      {"pub-sub",
       "Publish and receive 1000 messages",
       "Each message arrives once, in order and unchanged on a second connection; latency is "
       "measured.",
       {},
       check_pub_sub},
      {"pattern-subscription",
       "Subscribe to patterns",
       "PSUBSCRIBE delivers what matches, with its pattern and channel, and nothing else.",
       {.connections = 1, .commands = 5, .kilobytes = 64},
       check_pattern_subscription},
      {"fan-out",
       "One message to many subscribers",
       "Each of several subscribers gets every message, and PUBLISH counts them.",
       {.connections = 5, .commands = 3, .kilobytes = 128},
       check_fan_out},
      {"pipelining",
       "1000 commands in one pipeline",
       "Each command of a long pipeline gets its own reply, in order.",
       {.commands = 5, .kilobytes = 192},
       check_pipelining},
      {"performance",
       "SET, GET and PUBLISH are fast enough",
       "Operations per second and latency percentiles are within the given limits; without "
       "limits, a p99 over 50 ms is a warning.",
       {.commands = 5, .kilobytes = 64},
       check_performance},
      {"error-handling",
       "Errors do not break the connection",
       "Unknown command, wrong type, missing script and wrong arity each return the right error, "
       "and "
       "the connection stays usable.",
       {.commands = 6, .kilobytes = 64},
       check_error_handling},
      {"reconnection",
       "Recover from killed connections",
       "A client and a subscriber whose connections are killed in the middle of work recover, and "
       "no replies are mixed up.",
       {.connections = 3, .commands = 6, .kilobytes = 64},
       check_reconnection},
      {"timeouts",
       "A late answer cannot exceed the deadline",
       "A command that blocks beyond its deadline ends on time, and the next one gets its own "
       "reply.",
       {.connections = 1, .commands = 2, .kilobytes = 32},
       check_timeouts},
      {"concurrency",
       "Many threads, few connections",
       "Threads that share a small pool get their own replies, and the server counts no more "
       "connections than the pool may have.",
       {.connections = 4, .commands = 6, .kilobytes = 96, .client_list = true},
       check_concurrency},
      {"message-format",
       "FOGIS messages through Redis",
       "Every shape of the FOGIS messages is accepted and passes through Redis unchanged, and "
       "invalid ones are detected.",
       {.connections = 1, .commands = 6, .kilobytes = 512},
       check_message_format},
      {"acl",
       "Permissions for the FOGIS channels",
       "What this user may publish and subscribe to, asked with ACL DRYRUN: nothing is published.",
       {.commands = 3, .kilobytes = 32},
       check_acl},
      {"server-configuration",
       "Settings that pub/sub depends on",
       "Memory limit and eviction, output buffers, keepalive, persistence, and access; a server "
       "with only a unix socket needs no password and no keepalive.",
       {.commands = 2, .kilobytes = 32},
       check_server_configuration},
      {"server-health",
       "Problems on the server",
       "Loading, replication, refused connections, memory headroom, failed saves, disconnected "
       "subscribers and slow commands.",
       {},
       check_server_health},
  }};
  return kChecks;
}

}  // namespace fogis::checks
