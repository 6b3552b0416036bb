#include "config/resolve_connection.hpp"

#include <fmt/format.h>

#include "base/number.hpp"
#include "config/password_file.hpp"
#include "config/unreplaced.hpp"
#include "config/url_database.hpp"

namespace fogis::config {
namespace {

constexpr auto kDefaultUrl = "redis://fogis-redis:6379";
constexpr std::uint16_t kDefaultPort = 6379;

void warn_of_overridden_url(const ResolveContext& context) {
  const auto variable = from_environment(context.environment, "REDIS_URL");
  if (!context.options.url || !variable) {
    return;
  }
  const auto faults = parse_redis_url(variable->value).faults;
  if (!faults.empty()) {
    context.warn_of_overridden(variable->origin, faults.front().message, faults.front().hint);
  }
}

/// Reads the URL in force; its origin is returned, so that its parts can name theirs.
Sourced read_url(ResolveContext& context) {
  const auto variable = context.environment("REDIS_URL");
  if (variable && variable->empty() && !context.options.url) {
    context.warn("empty-variable",
                 "REDIS_URL is empty: this tool uses its default, the services cannot "
                 "connect",
                 fmt::format("set REDIS_URL={}", kDefaultUrl));
  }
  auto url = first_of({from_option(context.options.url, "--url"),
                       from_environment(context.environment, "REDIS_URL")},
                      kDefaultUrl);
  warn_of_overridden_url(context);
  auto report = parse_redis_url(url.value);
  context.entry("url", url, report.redacted);
  for (const auto& fault : report.faults) {
    auto error =
        bad_value(url, fmt::format("{} (byte {})", fault.message, fault.position), fault.hint);
    error.endpoint = report.redacted;
    context.error(std::move(error));
  }
  for (const auto& warning : report.warnings) {
    context.warn("url-" + warning.code, fmt::format("{}: {}", url.origin, warning.message),
                 warning.hint);
    // nothing-verified, name-not-verified: whoever uses the URL may not have written it.
    context.result.warnings.back().always = warning.code.ends_with("-verified");
  }
  if (report.faults.empty()) {
    context.url = std::move(report.url);
  }
  if (url.source == Source::option && (context.url.password || context.url.username_is_secret)) {
    context.warn("password-in-option",
                 "every user of this machine can see the password in --url in the process list",
                 "use REDIS_URL, REDIS_PASSWORD or --password-file");
  }
  return url;
}

/// A part of the URL in force. The parts of the built-in URL are built in themselves.
std::optional<Sourced> part_of(const Sourced& url, std::optional<std::string> value,
                               std::string part) {
  if (value && url.source == Source::builtin) {
    return Sourced{std::move(*value), Source::builtin, {}};
  }
  return from_url(std::move(value), std::move(part));
}

template <typename T>
std::optional<std::string> as_text(const std::optional<T>& number) {
  return number ? std::optional(fmt::to_string(*number)) : std::nullopt;
}

void resolve_host(const ResolveContext& context, const Sourced& url) {
  auto& connection = context.result.config.connection;
  // Nothing is known of a faulty URL, and a socket has neither host nor port.
  const bool has_host =
      !context.url.scheme.empty() && context.url.transport != Transport::unix_socket;
  // Without a host in the URL redis-py connects to localhost.
  const auto host = first_of({part_of(url, context.url.host, "host")}, has_host ? "localhost" : "");
  const auto port = first_of({part_of(url, as_text(context.url.port), "port")},
                             has_host ? fmt::to_string(kDefaultPort) : "");
  const auto path = first_of({part_of(url, context.url.socket_path, "path")}, "");
  context.entry("host", host);
  context.entry("port", port);
  context.entry("socket_path", path);
  connection.transport = context.url.transport;
  connection.host = host.value;
  connection.port = context.url.port.value_or(kDefaultPort);
  connection.socket_path = path.value;
  if (host.value == "redis") {
    context.warn(
        "host-redis",
        "the host is \"redis\": on the FOGIS compose network the server is called fogis-redis",
        "write redis://fogis-redis:6379");
  }
}

void resolve_database(const ResolveContext& context) {
  const auto& url_database = context.url.database;
  const auto database = first_of(
      {from_option(context.options.db, "--db"), from_url(as_text(url_database), "database")}, "0");
  context.entry("database", database);
  const auto number = parse_number<std::uint32_t>(database.value);
  if (!is_digits(database.value) || !number || *number > kMaxDatabase) {
    context.error(bad_value(database,
                            fmt::format("\"{}\" is not a database number", database.value),
                            "a server has 16 databases, 0 to 15, by default"));
    return;
  }
  context.result.config.connection.database = *number;
  if (context.options.db && url_database && *url_database != *number) {
    context.warn("db-overrides-url",
                 fmt::format("--db {} replaces database {} of the URL", *number, *url_database));
  }
}

/// The password of --password-file, with errors and warnings about the file.
std::optional<Secret> read_file(const ResolveContext& context) {
  auto file = read_password_file(*context.options.password_file);
  if (!file) {
    context.error(file.error());
    return std::nullopt;
  }
  if (file->readable_by_others) {
    context.warn(
        "password-file-readable",
        fmt::format("every user of this machine can read {}", *context.options.password_file),
        fmt::format("chmod 600 {}", *context.options.password_file));
  }
  return std::move(file->password);
}

struct Password {
  std::optional<Secret> secret;
  Source source = Source::builtin;
  std::string origin;
};

void warn_of_credential(const ResolveContext& context, const std::string& origin,
                        std::string_view value) {
  if (has_unreplaced_variable(value)) {
    context.warn("unreplaced-variable",
                 fmt::format("{} looks like a variable that was not replaced", origin),
                 "give its value: the shell, compose or the pipeline did not replace it");
  }
  if (value.ends_with('\n') || value.ends_with('\r')) {
    context.warn("line-end-in-credential",
                 fmt::format("{} ends with a line break, which is sent as part of it", origin),
                 "remove it, e.g. by $(cat FILE) in the shell, or use --password-file");
  }
}

Password find_password(const ResolveContext& context) {
  if (context.options.password_file) {
    return {read_file(context), Source::file, "--password-file"};
  }
  if (context.url.password) {
    return {context.url.password, Source::url, "url password"};
  }
  for (const auto* name : {"REDIS_PASSWORD", "REDISCLI_AUTH"}) {
    if (auto variable = from_environment(context.environment, name)) {
      return {Secret(std::move(variable->value)), Source::environment, name};
    }
  }
  return {};
}

}  // namespace

void resolve_address(ResolveContext& context) {
  const auto url = read_url(context);
  resolve_host(context, url);
  resolve_database(context);
}

void resolve_credentials(const ResolveContext& context) {
  auto& connection = context.result.config.connection;
  const auto user =
      first_of({from_option(context.options.user, "--user"), from_url(context.url.username, "user"),
                from_environment(context.environment, "REDIS_USERNAME")},
               "");
  auto password = find_password(context);
  const bool hide_user = user.source == Source::url && context.url.username_is_secret;
  context.entry("username", user, hide_user ? std::string(kRedacted) : user.value);
  warn_of_credential(context, user.origin, user.source == Source::url ? "" : user.value);
  if (password.secret && password.source != Source::url) {
    warn_of_credential(context, password.origin, password.secret->reveal());
  }
  context.entry("password", {{}, password.source, password.origin},
                password.secret ? std::string(kRedacted) : std::string());
  if (!user.value.empty() && !password.secret && !context.options.password_file) {
    context.warn("user-without-password",
                 fmt::format("{} names a user, but there is no password: the connection is not "
                             "authenticated",
                             user.origin),
                 "set REDIS_PASSWORD or use --password-file");
  }
  if (user.source == Source::option && password.source == Source::url && context.url.username &&
      *context.url.username != user.value) {
    context.warn("password-of-other-user",
                 "--user replaces the user of the URL, whose password is still used",
                 "give --password-file as well");
  }
  connection.username = user.value;
  connection.password = std::move(password.secret);
}

}  // namespace fogis::config
