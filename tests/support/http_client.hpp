// Speaks HTTP byte by byte, so that tests decide what a server gets and see all it answers.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/unique_fd.hpp"

namespace fogis::testing {

/// An answer, taken apart.
struct HttpAnswer {
  int status = 0;
  std::string head;  ///< all of it, with its empty line
  std::string body;

  /// The value of a header field, by its exact name; empty when there is none.
  [[nodiscard]] std::string field(std::string_view name) const;
};

/// A connection to 127.0.0.1. Any fault fails the test, also ten seconds of silence. Not
/// thread-safe.
class HttpClient {
public:
  explicit HttpClient(std::uint16_t port);

  /// Sends as much as the server takes; one that closes early is no fault.
  void send(std::string_view bytes);
  /// A GET with the Host that belongs to the port.
  void request(std::string_view path, std::string_view more_fields = "");
  /// The next answer. `has_body` is false for one to a HEAD request.
  HttpAnswer answer(bool has_body = true);
  /// Everything until the server closes, or resets, the connection.
  std::string rest();
  /// Whether something (also an end) has come within `patience`.
  [[nodiscard]] bool hears_within(std::chrono::milliseconds patience) const;
  /// Ends our half of the connection.
  void finish();

private:
  bool read_more();

  std::uint16_t port_;
  UniqueFd socket_;
  std::string buffer_;
};

/// One GET over a connection of its own.
HttpAnswer http_get(std::uint16_t port, std::string_view path);

}  // namespace fogis::testing
