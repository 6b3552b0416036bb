// The head of an HTTP request, as RFC 9112 has it and as strict as a server of a few pages may be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fogis::http {

/// What a client asks for.
struct Request {
  std::string method;  ///< "GET" or "HEAD"
  std::string path;    ///< as it was sent, without the query: "/metrics"
  std::string query;   ///< what stood behind the question mark
  std::string host;    ///< the Host field in lower case, without its port; brackets are kept
  bool keep_alive = true;
};

/// What the bytes of a connection mean so far.
struct ParsedRequest {
  enum class State : std::uint8_t {
    incomplete,  ///< the head may still become a good one
    complete,    ///< `request` is filled and took `length` bytes
    refused,     ///< answer `status`, and close: the rest of the bytes has no meaning
  };

  State state = State::incomplete;
  Request request;
  std::size_t length = 0;
  int status = 0;           ///< 400, 405, 431 or 505
  std::string_view reason;  ///< one sentence for the client, for ever valid
};

/// Reads the head of the first request in `bytes`. A head of more than `most_bytes` is refused
/// (431), whether or not its end is there; bytes that can never become a request are refused as
/// soon as they are seen, so that a client of another protocol gets its answer at once. Refused as
/// well: other methods than GET and HEAD (405), a body, line folding, control characters, a missing
/// or repeated Host (400), and versions other than HTTP/1.0 and 1.1 (505). A target in absolute
/// form is reduced to its path. Pure; thread-safe.
ParsedRequest parse_request(std::string_view bytes, std::size_t most_bytes);

}  // namespace fogis::http
