// The subscribers that a server knows of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fogis::redis {

/// A client in pub/sub mode. Redis tells how many subscriptions it has, never which.
struct PubSubClient {
  std::int64_t id = 0;
  std::string address;                  ///< `127.0.0.1:51010`; for unix sockets the socket's path
  std::string name;                     ///< CLIENT SETNAME; empty: none. Text from the network
  std::int64_t channels = 0;            ///< SUBSCRIBE
  std::int64_t patterns = 0;            ///< PSUBSCRIBE
  std::int64_t output_buffer = 0;       ///< bytes that it has not read yet
  std::optional<std::int64_t> age_ms;   ///< since it connected
  std::optional<std::int64_t> idle_ms;  ///< since its last command
};

/// Takes CLIENT LIST's text apart: a line a client, `name=value` words. Lines without an id and
/// fields that are unknown or no numbers do no harm.
std::vector<PubSubClient> parse_client_list(std::string_view text);

/// Whether a client of that name is this tool's: it is called `our_name` or `fogis-redis`, or that
/// with a colon and more. `our_name` may be empty.
bool is_own_client(std::string_view name, std::string_view our_name);

}  // namespace fogis::redis
