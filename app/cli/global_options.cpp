#include "cli/global_options.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fogis::cli {
namespace {

using output::Format;

Result<Format> parse_available_format(std::string_view text, std::string_view origin,
                                      std::span<const Format> available, ErrorKind kind) {
  const auto format = output::parse_format(text);
  if (format && std::find(available.begin(), available.end(), *format) != available.end()) {
    return *format;
  }
  const auto phase = kind == ErrorKind::usage ? Phase::usage : Phase::config;
  return failure(make_error(
      kind, phase,
      fmt::format("{}: {} \"{}\"", origin,
                  format ? "this command does not support the format" : "unknown format", text),
      fmt::format("write {}", output::list_of(available))));
}

}  // namespace

void declare_global_options(OptionSet options, GlobalOptions& target) {
  auto& connection = target.connection;
  options.group("Connection")
      .text("-u,--url", "URL", connection.url,
            "server to talk to: redis, rediss (TLS), unix, valkey or valkeys "
            "[env REDIS_URL] [default redis://fogis-redis:6379]")
      .text("--db", "N", connection.db, "database number; overrides the URL")
      .flag("--ephemeral", target.ephemeral,
            "start a private server from PATH, use it, and remove it")
      .text("--user", "NAME", connection.user, "user to log in as [env REDIS_USERNAME]")
      .text("--password-file", "FILE", connection.password_file,
            "file whose first line is the password [env REDIS_PASSWORD or REDISCLI_AUTH: the "
            "password itself]")
      .text("--service", "NAME", connection.service,
            "name of this client on the server [env FOGIS_SERVICE_NAME] "
            "[default fogis-redis]");
  options.group("Time")
      .text("--timeout", "DUR", connection.timeout,
            "total timeout of one operation [env REDIS_SOCKET_TIMEOUT or REDIS_TIMEOUT] "
            "[default 5s]")
      .text(
          "--connect-timeout", "DUR", connection.connect_timeout,
          "total timeout for resolving, connecting, TLS and login "
          "[env REDIS_CONNECTION_TIMEOUT or REDIS_TIMEOUT] [default --timeout, if given, else 5s]")
      .text("--retries", "N", connection.retries,
            "retries after the first attempt [env REDIS_MAX_RETRIES] [default 3; ping: 0]")
      .text("--retry-delay", "DUR", connection.retry_delay,
            "delay before the first retry; doubles, with jitter, up to 30s "
            "[env REDIS_RETRY_DELAY] [default 1s]")
      .duration("--wait", target.wait, ZeroDuration::refused,
                "first retry until the server is ready, for at most DUR");
  options.group("TLS")
      .flag("--tls", connection.tls, "use TLS, also with a redis:// URL")
      .text("--cacert", "FILE", connection.cacert, "PEM file of trusted certificates")
      .text("--cacertdir", "DIR", connection.cacertdir, "directory of trusted certificates")
      .text("--cert", "FILE", connection.cert, "PEM file of the client certificate")
      .text("--key", "FILE", connection.key, "PEM file of the client certificate's key")
      .text("--sni", "NAME", connection.sni,
            "server name to request and to expect in the certificate")
      .flag("--insecure", connection.insecure, "accept any certificate");
  options.group("Output")
      .text("-o,--output", "FORMAT", target.output,
            "text, json; for reports of checks also junit, github, markdown, for subscribe raw "
            "[env FOGIS_OUTPUT] "
            "[default text]")
      .flag("--json", target.json, "same as --output json")
      .text("--color", "WHEN", target.colour,
            "auto, always or never [env NO_COLOR, FORCE_COLOR] [default auto]")
      .completes([] {
        return std::vector<std::string>{"auto", "always", "never"};
      })
      .flag("-q,--quiet", target.quiet, "print only the result and errors")
      .flag("-v,--verbose", target.verbose,
            "also print warnings, each step with its time, and statistics on stderr");
}

Result<Format> choose_format(const GlobalOptions& options, std::span<const Format> available,
                             const config::Environment& environment) {
  if (options.json && options.output && options.output != "json") {
    return failure(
        make_error(ErrorKind::usage, Phase::usage,
                   fmt::format("--json and --output {} cannot be used together", *options.output),
                   "give one of them"));
  }
  if (options.json) {
    return Format::json;
  }
  if (options.output) {
    return parse_available_format(*options.output, "--output", available, ErrorKind::usage);
  }
  const auto variable = environment("FOGIS_OUTPUT");
  if (variable && !variable->empty()) {
    return parse_available_format(*variable, "FOGIS_OUTPUT", available, ErrorKind::configuration);
  }
  return Format::text;
}

Result<output::ColourChoice> choose_colour(const GlobalOptions& options) {
  if (!options.colour) {
    return output::ColourChoice::automatic;
  }
  if (const auto choice = output::parse_colour_choice(*options.colour)) {
    return *choice;
  }
  return failure(make_error(ErrorKind::usage, Phase::usage,
                            fmt::format("--color: invalid value \"{}\"", *options.colour),
                            "write auto, always or never"));
}

Result<output::Verbosity> choose_verbosity(const GlobalOptions& options) {
  if (options.quiet && options.verbose) {
    return failure(make_error(ErrorKind::usage, Phase::usage,
                              "--quiet and --verbose cannot be used together", "give one of them"));
  }
  if (options.quiet) {
    return output::Verbosity::quiet;
  }
  return options.verbose ? output::Verbosity::verbose : output::Verbosity::normal;
}

}  // namespace fogis::cli
