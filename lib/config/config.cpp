#include "config/config.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/resolve_connection.hpp"
#include "config/resolve_context.hpp"
#include "config/resolve_timing.hpp"
#include "config/resolve_tls.hpp"
#include "config/service_environment.hpp"

namespace fogis::config {
namespace {

/// What CLIENT SETNAME takes: no spaces, newlines or other special characters.
bool is_client_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char byte) { return byte >= '!' && byte <= '~'; });
}

void resolve_service(const ResolveContext& context) {
  auto& config = context.result.config;
  const auto option = from_option(context.options.service, "--service");
  const auto variable = from_environment(context.environment, "FOGIS_SERVICE_NAME");
  const auto service = first_of({option, variable}, config.service);
  const bool url_names = context.url.client_name && !context.url.client_name->empty();
  const auto client_name = first_of(
      {option, url_names ? from_url(context.url.client_name, "query client_name") : std::nullopt,
       variable},
      config.service);
  context.entry("service", service);
  context.entry("client_name", client_name);
  constexpr auto kFault = "a name may contain only visible ASCII characters without spaces";
  constexpr auto kHint = "write a name such as fogis-redis";
  if (option && variable && !is_client_name(variable->value)) {
    context.warn_of_overridden(variable->origin, kFault, kHint);
  }
  if (!is_client_name(service.value)) {
    context.error(bad_value(service, service.value.empty() ? "the name is empty" : kFault, kHint));
    return;
  }
  config.service = service.value;
  config.connection.client_name = client_name.value;
}

void resolve_protocol(const ResolveContext& context) {
  const auto version = context.url.protocol.value_or(RespVersion::resp2);
  Sourced shown{version == RespVersion::resp3 ? "3" : "2", Source::builtin, {}};
  if (context.url.protocol) {
    shown.source = Source::url;
    shown.origin = "url query protocol";
  }
  context.entry("protocol", shown);
  context.result.config.connection.protocol = version;
}

/// The private server supplies what the connection options would have said.
void ignore_connection(const ResolveContext& context) {
  const auto& options = context.options;
  context.entry("url", {{}, Source::option, "--ephemeral"}, "(a private server)");
  if (options.url) {
    context.error(make_error(ErrorKind::usage, Phase::usage,
                             "--ephemeral and --url cannot be used together",
                             "leave one of them out"));
  }
  const bool has_other = options.db || options.user || options.password_file || options.cacert ||
                         options.cacertdir || options.cert || options.key || options.sni ||
                         options.tls || options.insecure;
  if (has_other) {
    context.warn("ignored-by-ephemeral", "--ephemeral ignores the options that say how to connect");
  }
}

}  // namespace

std::string_view name(Source source) {
  switch (source) {
    case Source::option:
      return "option";
    case Source::url:
      return "url";
    case Source::environment:
      return "environment";
    case Source::file:
      return "file";
    case Source::builtin:
      break;
  }
  return "default";
}

Resolution resolve(const CommandLine& command_line, const Environment& environment,
                   bool ephemeral) {
  Resolution resolution;
  ResolveContext context{command_line, environment, resolution, {}};
  if (ephemeral) {
    ignore_connection(context);
  } else {
    resolve_address(context);
    resolve_credentials(context);
    resolve_protocol(context);
    resolve_tls(context);
  }
  resolve_service(context);
  resolve_timing(context);
  describe_service_environment(environment, resolution);
  return resolution;
}

}  // namespace fogis::config
