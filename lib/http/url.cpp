#include "http/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "base/number.hpp"

namespace fogis::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::size_t kLongestHost = 253;  ///< RFC 1035
constexpr std::string_view kHint = "write a URL such as http://localhost:9083";

tl::unexpected<Error> refuse(std::string_view fault) {
  return failure(
      make_error(ErrorKind::usage, Phase::usage, std::string(fault), std::string(kHint)));
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return byte > ' ' && byte <= '~'; });
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= kLongestHost &&
         std::all_of(host.begin(), host.end(), [](unsigned char letter) {
           return std::isalnum(letter) != 0 || letter == '-' || letter == '.' || letter == '_';
         });
}

bool is_ipv6(std::string_view host) {
  return host.find(':') != std::string_view::npos &&
         std::all_of(host.begin(), host.end(), [](unsigned char letter) {
           return std::isxdigit(letter) != 0 || letter == ':' || letter == '.' || letter == '%';
         });
}

/// Takes `http://` or `https://` off the front.
std::optional<bool> take_scheme(std::string_view& text) {
  constexpr std::string_view kHttp = "http://";
  constexpr std::string_view kHttps = "https://";
  const auto begins = [&](std::string_view scheme) {
    return text.size() >= scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), text.begin(), [](char want, char have) {
             return want == std::tolower(static_cast<unsigned char>(have));
           });
  };
  for (const auto scheme : {kHttp, kHttps}) {
    if (begins(scheme)) {
      text.remove_prefix(scheme.size());
      return scheme == kHttps;
    }
  }
  return std::nullopt;
}

/// Splits `host[:port]` or `[ipv6][:port]`.
Result<void> read_authority(std::string_view authority, Url& url) {
  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos || !is_ipv6(authority.substr(1, end - 1))) {
      return refuse("the host in brackets is not an IPv6 address");
    }
    url.host = authority.substr(1, end - 1);
    const auto rest = authority.substr(end + 1);
    has_port = rest.starts_with(':');
    if (!rest.empty() && !has_port) {
      return refuse("something other than a port follows the host");
    }
    port = rest.substr(has_port ? 1 : 0);
  } else {
    const auto colon = authority.find(':');
    has_port = colon != std::string_view::npos;
    url.host = authority.substr(0, colon);
    port = has_port ? authority.substr(colon + 1) : std::string_view();
    if (!is_host_name(url.host)) {
      return refuse(url.host.empty() ? "the URL has no host" : "the host is not a name or address");
    }
  }
  url.port = url.tls ? kHttpsPort : kHttpPort;
  if (has_port) {
    const auto number = parse_number<std::uint16_t>(port);
    if (!number || *number == 0) {
      return refuse("the port is not a number from 1 to 65535");
    }
    url.port = *number;
  }
  return {};
}

std::string directory_of(std::string_view target) {
  const auto path = target.substr(0, target.find('?'));
  return std::string(path.substr(0, path.rfind('/') + 1));
}

}  // namespace

std::string Url::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

std::string Url::text() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", authority(), path);
}

Result<Url> parse_url(std::string_view text) {
  Url url;
  auto rest = text;
  const auto tls = take_scheme(rest);
  if (!tls) {
    return refuse("the URL does not begin with http:// or https://");
  }
  url.tls = *tls;
  if (!is_visible(rest)) {
    return refuse("the URL contains spaces, control or non-ASCII characters");
  }
  if (rest.find_first_of("?#") != std::string_view::npos) {
    return refuse("the URL of a service must not have a query or fragment");
  }
  const auto slash = rest.find('/');
  const auto authority = rest.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) {
    return refuse("the URL contains credentials, which the services do not accept");
  }
  TRY(read_authority(authority, url));
  if (slash != std::string_view::npos) {
    url.path = rest.substr(slash);
    url.path.resize(url.path.find_last_not_of('/') + 1);
  }
  return url;
}

Result<RedirectTarget> follow_location(const Url& from, std::string_view target,
                                       std::string_view location) {
  RedirectTarget result{from, {}};
  result.url.path.clear();
  const auto text = location.substr(0, location.find('#'));
  if (text.starts_with('/') && !text.starts_with("//")) {
    result.target = text;
    return result;
  }
  auto rest = text;
  const auto absolute = text.starts_with("//")
                            ? fmt::format("{}:{}", from.tls ? "https" : "http", text)
                            : std::string(text);
  rest = absolute;
  if (!take_scheme(rest)) {
    if (text.find("://") == std::string_view::npos && !text.empty() && is_visible(text)) {
      result.target = directory_of(target) + std::string(text);
      return result;
    }
  }
  const auto path = rest.find_first_of("/?");
  auto url = parse_url(std::string_view(absolute).substr(
      0, path == std::string_view::npos ? path : absolute.size() - rest.size() + path));
  if (!url) {
    return failure(make_error(ErrorKind::protocol, Phase::http,
                              "it redirects to something other than an http or https URL"));
  }
  result.url = std::move(*url);
  result.target = path == std::string_view::npos ? "/" : std::string(rest.substr(path));
  if (result.target.starts_with('?')) {
    result.target.insert(0, "/");
  }
  return result;
}

}  // namespace fogis::http
