#include "config/resolve_tls.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "config/readable.hpp"

namespace fogis::config {
namespace {

void resolve_transport(const ResolveContext& context) {
  auto& transport = context.result.config.connection.transport;
  Sourced tls{transport == Transport::tls ? "yes" : "no", Source::builtin, {}};
  if (transport == Transport::tls) {
    tls = {"yes", Source::url, "url scheme"};
  } else if (context.options.tls) {
    tls = {"yes", Source::option, "--tls"};
    if (transport == Transport::unix_socket) {
      context.error(bad_value(tls, "TLS does not work over a unix socket",
                              "leave out --tls, or give a host"));
    } else {
      transport = Transport::tls;
    }
  }
  context.entry("tls", tls);
}

void resolve_verify(const ResolveContext& context) {
  auto& verify = context.result.config.connection.tls.verify;
  Sourced shown{"yes", Source::builtin, {}};
  if (context.options.insecure) {
    shown = {"no", Source::option, "--insecure"};
  } else if (context.url.verify) {
    shown = {*context.url.verify ? "yes" : "no", Source::url, "url query ssl_cert_reqs"};
  }
  verify = shown.value == "yes";
  context.entry("tls_verify", shown);
  if (!verify && context.result.config.connection.transport == Transport::tls) {
    context.warn("tls-not-verified",
                 fmt::format("{}: any server can impersonate the intended one", shown.origin),
                 "give its authority with --cacert");
  }
}

/// A check of the chain alone; only the URL can ask for it.
void resolve_verify_name(const ResolveContext& context) {
  const auto& in_url = context.url.verify_name;
  const bool verify = in_url.value_or(true);
  context.result.config.connection.tls.verify_name = verify;
  context.entry("tls_verify_name",
                in_url ? Sourced{verify ? "yes" : "no", Source::url, "url query ssl_check_hostname"}
                       : Sourced{"yes", Source::builtin, {}});
}

/// The name of a file or directory, after a look whether it can be read.
std::string resolve_file(const ResolveContext& context, std::string setting, const Sourced& path,
                         FileType type = FileType::file) {
  context.entry(std::move(setting), path);
  if (path.source == Source::builtin) {
    return {};
  }
  if (auto readable = check_readable(path.value, type); !readable) {
    auto error = std::move(readable.error());
    error.message = fmt::format("bad {}: {}", path.origin, error.message);
    context.error(std::move(error));
  }
  return path.value;
}

void resolve_client_certificate(const ResolveContext& context) {
  const auto& options = context.options;
  auto& tls = context.result.config.connection.tls;
  const auto certificate = first_of({from_option(options.cert, "--cert"),
                                     from_url(context.url.certificate_file, "query ssl_certfile")},
                                    "");
  // In redis-py a certificate's file may hold its key as well.
  const bool may_hold_both = certificate.source == Source::url && !options.key;
  const auto key = first_of(
      {from_option(options.key, "--key"), from_url(context.url.key_file, "query ssl_keyfile"),
       may_hold_both ? std::optional(certificate) : std::nullopt},
      "");
  tls.certificate_file = resolve_file(context, "tls_certificate_file", certificate);
  tls.key_file = resolve_file(context, "tls_key_file", key);
  const bool has_key = key.source != Source::builtin;
  if ((certificate.source != Source::builtin) != has_key) {
    context.error(has_key ? bad_value(key, "a key needs its certificate", "add --cert")
                          : bad_value(certificate, "a certificate needs its key", "add --key"));
  }
}

/// Options that do nothing, since the connection has no TLS.
void warn_of_idle_options(const ResolveContext& context) {
  if (context.result.config.connection.transport == Transport::tls || context.options.tls) {
    return;
  }
  const auto& options = context.options;
  std::string idle;
  const auto add = [&](bool given, std::string_view name) {
    idle += given ? fmt::format("{}{}", idle.empty() ? "" : ", ", name) : std::string();
  };
  add(options.cacert.has_value(), "--cacert");
  add(options.cacertdir.has_value(), "--cacertdir");
  add(options.cert.has_value(), "--cert");
  add(options.key.has_value(), "--key");
  add(options.sni.has_value(), "--sni");
  add(options.insecure, "--insecure");
  if (!idle.empty()) {
    context.warn("tls-option-without-tls", fmt::format("without TLS, {} has no effect", idle),
                 "add --tls");
  }
}

}  // namespace

void resolve_tls(const ResolveContext& context) {
  const auto& options = context.options;
  auto& tls = context.result.config.connection.tls;
  resolve_transport(context);
  resolve_verify(context);
  resolve_verify_name(context);
  tls.ca_file = resolve_file(context, "tls_ca_file",
                             first_of({from_option(options.cacert, "--cacert"),
                                       from_url(context.url.ca_file, "query ssl_ca_certs")},
                                      ""));
  tls.ca_directory = resolve_file(context, "tls_ca_directory",
                                  first_of({from_option(options.cacertdir, "--cacertdir")}, ""),
                                  FileType::directory);
  resolve_client_certificate(context);
  const auto name = first_of({from_option(options.sni, "--sni")}, "");
  context.entry("tls_server_name", name);
  if (options.sni && name.value.empty()) {
    context.error(bad_value(name, "the name is empty", "leave out --sni to use the host"));
  }
  tls.server_name = name.value;
  warn_of_idle_options(context);
}

}  // namespace fogis::config
