// Bytes over a connected socket, plain or encrypted. Never blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace fogis::net {

enum class IoStatus : std::uint8_t {
  done,        ///< some bytes were moved
  want_read,   ///< nothing moved; try again when the descriptor is readable
  want_write,  ///< nothing moved; try again when the descriptor is writable
  closed,      ///< the peer has closed in good order
  failed,      ///< see Stream::fault()
};

struct IoResult {
  IoStatus status = IoStatus::done;
  std::size_t bytes = 0;
};

/// Owns its socket. Not thread-safe.
class Stream {
public:
  virtual ~Stream() = default;

  /// Reads at most `buffer.size()` bytes, at least one when done.
  virtual IoResult read(std::span<char> buffer) = 0;
  /// Writes a first part of `bytes`, at least one byte when done.
  virtual IoResult write(std::string_view bytes) = 0;
  /// Whether read() has bytes at hand that the socket no longer shows to poll.
  [[nodiscard]] virtual bool has_pending() const = 0;
  /// Whether the peer has neither sent data nor closed. Takes nothing from the stream.
  [[nodiscard]] virtual bool is_quiet() = 0;
  /// The failure that the last failed read or write met: kind disconnected or untrusted, no phase.
  [[nodiscard]] virtual Error fault() const = 0;
  [[nodiscard]] virtual int descriptor() const = 0;
};

/// A stream without encryption.
/// \param socket connected and non-blocking.
std::unique_ptr<Stream> make_plain_stream(UniqueFd socket);

/// The error of a socket operation: what errno says about a connection that was open.
Error socket_fault(int errno_value);

}  // namespace fogis::net
