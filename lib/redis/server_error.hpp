// What a server's error reply means.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/secret.hpp"
#include "redis/reply.hpp"

namespace fogis::redis {

/// The kind of failure that an error reply is, from its first word and, where Redis has no word for
/// it, from its text ("max number of clients reached").
ErrorKind classify(const Reply& error_reply);

/// An error reply as an Error with the server's text, its code and a hint for the operator.
/// `secret` is removed from the text: servers echo arguments of commands they do not know.
Error to_error(const Reply& error_reply, Phase phase, const std::string& endpoint,
               const Secret& secret = Secret());

/// A reply to PING other than PONG: to_error() or, for what is no error reply, `protocol`.
Error not_a_pong(const Reply& reply, const std::string& endpoint, const Secret& secret);

}  // namespace fogis::redis
