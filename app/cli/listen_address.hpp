// The value of --listen.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/server_socket.hpp"

namespace fogis::cli {

/// `9121` or `:9121`: that port of 127.0.0.1. `ADDR:PORT`: a numeric address of this machine,
/// IPv6 in brackets, or `localhost`; `0.0.0.0` and `[::]` for all. Port 0 lets the system choose.
/// Errors (usage): anything else; the message quotes the text.
Result<http::ListenAddress> parse_listen_address(std::string_view text);

}  // namespace fogis::cli
