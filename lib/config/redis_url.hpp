// Redis URLs, read strictly: each fault with its place, each difference between clients named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "config/connection_settings.hpp"

namespace fogis::config {

/// A place in the URL that is wrong, or that clients read differently.
struct UrlFinding {
  std::size_t position = 0;  ///< byte offset from 0
  std::size_t length = 0;    ///< bytes; 0 when something is missing there
  std::string part;          ///< `scheme`, `user`, `password`, `host`, `port`, `path`, `query`, …
  std::string code;          ///< stable kebab-case: `bad-port`, `unknown-scheme`, …
  std::string message;       ///< what is wrong; never quotes a password
  std::string hint;          ///< what to write instead; may be empty
};

/// The parts that were written, decoded. Absent parts were not in the URL.
struct RedisUrl {
  std::string scheme;  ///< lower case
  Transport transport = Transport::tcp;
  std::optional<std::string> username;
  bool username_is_secret = false;  ///< no colon follows: it may be meant as a password, show ***
  std::optional<Secret> password;
  std::optional<std::string> host;  ///< without brackets
  std::optional<std::uint16_t> port;
  std::optional<std::string> socket_path;
  std::optional<std::uint32_t> database;
  std::optional<RespVersion> protocol;
  std::optional<std::string> timeout;          ///< query timeout or socket_timeout, as written
  std::optional<std::string> connect_timeout;  ///< query socket_connect_timeout, as written
  std::optional<bool> verify;                  ///< ssl_cert_reqs: required → true, none → false
  std::optional<bool> verify_name;             ///< ssl_check_hostname
  std::optional<std::string> ca_file;          ///< ssl_ca_certs
  std::optional<std::string> certificate_file;  ///< ssl_certfile
  std::optional<std::string> key_file;          ///< ssl_keyfile
  std::optional<std::string> client_name;
};

struct UrlReport {
  RedisUrl url;                      ///< meaningful only when there are no faults
  std::string redacted;              ///< the URL as written with any password replaced by ***
  std::vector<UrlFinding> faults;    ///< empty: the URL is valid
  std::vector<UrlFinding> warnings;  ///< what may be a mistake, and what redis-py, the client of
                                     ///< the FOGIS services, reads otherwise or refuses
  std::vector<UrlFinding> notes;  ///< what other clients alone, such as redis-cli, read otherwise
};

/// Reads `redis://`, `rediss://`, `unix://`, `valkey://` and `valkeys://` URLs with
/// percent-decoding (RFC 3986), IPv6 in brackets, `/db`, and the query keys of redis-py (db,
/// protocol, timeout, socket_timeout, socket_connect_timeout, ssl_cert_reqs, ssl_check_hostname,
/// ssl_ca_certs, ssl_certfile, ssl_keyfile, client_name). Any input is acceptable. Offline and
/// pure.
UrlReport parse_redis_url(std::string_view text);

}  // namespace fogis::config
