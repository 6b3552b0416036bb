#include "cli/listen_address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/number.hpp"

namespace fogis::cli {
namespace {

constexpr std::string_view kHint =
    "--listen takes PORT or ADDRESS:PORT: 9121 for this machine only, 0.0.0.0:9121 or [::]:9121 "
    "for every machine that can reach it";

Error bad_address(std::string_view text, std::string_view cause) {
  return make_error(ErrorKind::usage, Phase::usage, fmt::format("--listen: \"{}\" {}", text, cause),
                    std::string(kHint));
}

bool is_address(int family, const std::string& host) {
  in6_addr address{};  // the larger of both kinds
  return ::inet_pton(family, host.c_str(), &address) == 1;
}

}  // namespace

Result<http::ListenAddress> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  const bool port_alone = colon == std::string_view::npos;
  const auto host = port_alone ? std::string_view() : text.substr(0, colon);
  const auto port_text = port_alone ? text : text.substr(colon + 1);
  // A last group of an IPv6 address without brackets would be taken for the port.
  if (std::count(host.begin(), host.end(), ':') > 0 && !host.starts_with('[')) {
    return failure(bad_address(text, "has an IPv6 address without brackets"));
  }
  const auto port = parse_number<std::uint16_t>(port_text);
  if (!port) {
    return failure(bad_address(text, "has no port from 0 to 65535"));
  }
  http::ListenAddress address;
  address.port = *port;
  if (host.empty() || host == "localhost") {
    return address;
  }
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  address.host = bracketed ? host.substr(1, host.size() - 2) : host;
  if (!is_address(bracketed ? AF_INET6 : AF_INET, address.host)) {
    return failure(bad_address(text, "has no numeric address"));
  }
  return address;
}

}  // namespace fogis::cli
