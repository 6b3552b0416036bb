// The effective configuration, and where each value of it came from.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/connection_settings.hpp"

namespace fogis::config {

/// What the command line said, as it was written. Nothing: the option was not given. Flags are
/// false when they were not given. Values are judged by resolve(), so that options, URL parts and
/// variables are all refused in the same words.
struct CommandLine {
  std::optional<std::string> url;
  std::optional<std::string> db;
  std::optional<std::string> service;
  std::optional<std::string> timeout;
  std::optional<std::string> connect_timeout;
  std::optional<std::string> retries;
  std::optional<std::string> retry_delay;
  std::optional<std::string> user;
  std::optional<std::string> password_file;
  std::optional<std::string> cacert;
  std::optional<std::string> cacertdir;
  std::optional<std::string> cert;
  std::optional<std::string> key;
  std::optional<std::string> sni;
  bool tls = false;
  bool insecure = false;
};

/// Looks up an environment variable: the process's own in the program, a table in tests.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The environment of this process. Not safe while another thread calls setenv.
Environment process_environment();

/// Where a value came from.
enum class Source : std::uint8_t { option, url, environment, file, builtin };

/// Stable name: `option`, `url`, `environment`, `file`, `default`.
std::string_view name(Source source);

/// One line of `config`: a setting, its value as text with secrets masked, and its origin.
struct Entry {
  std::string name;   ///< snake_case: `url`, `timeout`, `tls_ca_file`, …
  std::string value;  ///< masked where it is or holds a secret
  Source source = Source::builtin;
  std::string origin;  ///< `--timeout`, `REDIS_TIMEOUT`, `url query timeout`; empty for a default
};

/// Something that works but probably is not meant.
struct Warning {
  std::string code;  ///< stable kebab-case: `redis-host-ignored`, `password-in-option`, …
  std::string message;
  std::string hint;
  bool always = false;  ///< about safety: shown without --verbose as well
};

/// Settings that can be used to connect.
struct Config {
  ConnectionSettings connection;
  std::chrono::nanoseconds timeout = std::chrono::seconds(5);          ///< total for an operation
  std::chrono::nanoseconds connect_timeout = std::chrono::seconds(5);  ///< resolve to AUTH
  unsigned retries = 3;
  bool retries_given = false;  ///< by an option: ping makes one attempt otherwise
  std::chrono::nanoseconds retry_delay = std::chrono::seconds(1);
  std::string service = "fogis-redis";
};

/// The outcome of resolve(): everything `config` shows.
struct Resolution {
  Config config;               ///< complete only when there are no errors
  std::vector<Entry> entries;  ///< every setting and every FOGIS variable, in a fixed order
  std::vector<Warning> warnings;
  std::vector<Error> errors;  ///< usage or configuration, each naming its option or variable
};

/// Combines option, URL part, environment and default, in this order of precedence. Reads the
/// password file if one is named. Everything wrong is collected, not just the first fault.
/// `ephemeral`: connection settings are ignored (a private server will supply them) and a URL
/// option beside it is a usage error; timeouts, retries and service are resolved as ever.
Resolution resolve(const CommandLine& command_line, const Environment& environment,
                   bool ephemeral = false);

}  // namespace fogis::config
