// Talks to a server without lib/redis, so that tests see what the server says about lib/redis.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"

namespace fogis::testing {

/// A blocking connection that speaks RESP2. Any fault fails the test, also ten seconds of silence.
/// Not thread-safe.
class RawClient {
public:
  static RawClient to_unix_socket(const std::string& path);
  /// To 127.0.0.1.
  static RawClient to_port(std::uint16_t port);

  /// Sends a command and returns its reply as text: a string as it is, an error as "-ERR …", an
  /// integer in digits, nil as "(nil)", an array as its elements in lines.
  std::string command(const std::vector<std::string>& arguments);
  /// Sends without reading a reply.
  void send(const std::vector<std::string>& arguments);
  /// The next reply or message.
  std::string receive();

private:
  explicit RawClient(UniqueFd socket);
  std::string read_line();
  std::string read_bytes(std::size_t count);
  void read_more();

  UniqueFd socket_;
  std::string buffer_;
};

}  // namespace fogis::testing
