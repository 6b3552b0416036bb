// A server's reply, and the reader that makes replies from bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace fogis::redis {

enum class ReplyType : std::uint8_t {
  null,
  status,  ///< simple string
  error,   ///< simple or bulk error
  integer,
  string,  ///< bulk or verbatim string; any bytes
  number,  ///< double or big number, as text
  boolean,
  array,
  map,  ///< keys and values in turn
  set,
  push,  ///< RESP3 out-of-band data
};

/// One reply, owning all of its parts. Errors of the server are replies too: the connection stays
/// good. Nesting is bounded by the reader, so copying and destroying are safe.
struct Reply {
  ReplyType type = ReplyType::null;
  std::int64_t integer = 0;     ///< integer and boolean (0, 1)
  std::string text;             ///< status, error, string and number
  std::vector<Reply> elements;  ///< array, map, set and push

  [[nodiscard]] bool is_error() const { return type == ReplyType::error; }
  [[nodiscard]] bool is_null() const { return type == ReplyType::null; }
  [[nodiscard]] bool is_status(std::string_view expected) const {
    return type == ReplyType::status && text == expected;
  }
  /// Status, string or number: what other clients give as text.
  [[nodiscard]] bool has_text() const {
    return type == ReplyType::status || type == ReplyType::string || type == ReplyType::number;
  }
  /// First word of an error ("WRONGTYPE"); empty for other replies.
  [[nodiscard]] std::string_view error_code() const;
};

/// A short description of a reply for messages: `integer 3`, `error "WRONGTYPE …"`, `array of 2`.
/// At most about 100 characters; control bytes escaped.
std::string describe(const Reply& reply);

/// What a reply may weigh where nobody says otherwise: more than any FOGIS service sends.
inline constexpr std::size_t kMostReplyBytes = std::size_t{64} << 20U;
/// The largest that a server can be told to send (proto-max-bulk-len), and so a bound can be.
inline constexpr std::size_t kLargestReplyBytes = std::size_t{1} << 40U;
/// What surrounds a payload in a reply: names, and the other parts.
inline constexpr std::size_t kReplySurroundings = 4096;

/// Bounds on one reply. Its bytes are held as they arrive until it has been made of them, and its
/// array while a larger one takes over, so that the memory for it stays below three times `bytes`.
/// A server that exceeds them breaks the connection, not us.
struct ReplyLimits {
  std::size_t depth = 32;            ///< nested aggregates
  std::size_t elements = 1U << 20U;  ///< of all aggregates together
  /// Of one string. All of a reply's parts together may have kReplySurroundings more.
  std::size_t bytes = kMostReplyBytes;
  std::string_view option = {};  ///< a literal: what raises `bytes`, for the hint; may be empty
};

/// Makes replies from the bytes of a stream, in whatever pieces they arrive. Not thread-safe.
class ReplyReader {
public:
  explicit ReplyReader(ReplyLimits limits = {});
  ReplyReader(ReplyReader&&) noexcept;
  ReplyReader& operator=(ReplyReader&&) noexcept;
  ~ReplyReader();

  /// Adds received bytes.
  /// Errors: protocol when the system has no memory for them.
  Result<void> feed(std::string_view bytes);

  /// The next whole reply, or nothing when more bytes are needed.
  /// Errors: protocol for anything that is not RESP2 or RESP3, or that exceeds a limit. The reader
  /// is unusable afterwards and repeats the error.
  Result<std::optional<Reply>> next();

  /// The bytes that next() would read, when it stands at the beginning of a reply; else empty. For
  /// owners who read short and frequent replies themselves. Valid until the next call.
  [[nodiscard]] std::string_view peek() const;
  /// Passes over the first `bytes` of peek(), which must be whole replies.
  void skip(std::size_t bytes);

  /// Bytes that were fed and not yet returned in a reply.
  [[nodiscard]] std::size_t buffered() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fogis::redis
