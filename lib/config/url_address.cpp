#include "config/url_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "base/number.hpp"

namespace fogis::config {
namespace {

constexpr auto kHost = "host";
constexpr auto kPort = "port";
constexpr std::size_t kLongestName = 253;  // RFC 1035 section 2.3.4, without the root's dot
constexpr std::size_t kLongestLabel = 63;

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(family, std::string(text).c_str(), address.data()) == 1;
}

bool is_alphanumeric(char byte) {
  return static_cast<unsigned char>(byte) < 0x80 &&
         std::isalnum(static_cast<unsigned char>(byte)) != 0;
}

bool is_zone_character(char byte) {
  return is_alphanumeric(byte) || std::string_view("-._~").find(byte) != std::string_view::npos;
}

/// What stands between the brackets: an address, and perhaps %25 and a zone (RFC 6874).
void parse_ipv6(const UrlPiece& literal, RedisUrl& url, UrlFindings& findings) {
  const auto [address, zone] = literal.split_before("%");
  if (!is_address(AF_INET6, address.text)) {
    findings.fault(address, kHost, "bad-ipv6", "this is not an IPv6 address",
                   "an example is [2001:db8::1]");
    return;
  }
  std::string host(address.text);
  if (!zone.text.empty()) {
    const auto name = zone.text.starts_with("%25") ? zone.text.substr(3) : std::string_view();
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_zone_character)) {
      findings.fault(zone, kHost, "bad-zone", "this is not the zone of an IPv6 address",
                     "an example is [fe80::1%25eth0]");
      return;
    }
    host += '%';
    host += name;
  }
  // Tried with redis-cli 7.0.15: it takes "[" for the host. Redis 8 understands brackets.
  findings.note(literal, kHost, "ipv6-in-brackets",
                "redis-cli 7.0 does not understand an IPv6 address in a URL",
                "use redis-cli -h ADDRESS -p PORT");
  url.host = std::move(host);
}

void fault_host_character(const UrlPiece& host, std::size_t at, UrlFindings& findings) {
  const auto byte = static_cast<unsigned char>(host.text[at]);
  if (byte >= 0x80) {
    findings.fault(host, kHost, "non-ascii-host", "the host has characters that are not ASCII",
                   "write an international name in its ASCII form, xn--…");
  } else if (byte > 0x20 && byte != 0x7F) {
    findings.fault(host.sub(at, 1), kHost, "bad-host", "a host name cannot contain this character",
                   "use letters, digits, dots, hyphens and underscores");
  }
  // White space and control characters are named once for the whole URL.
}

/// A fault in the labels between the dots, or the length of the whole.
bool has_bad_labels(std::string_view name) {
  if (name.ends_with('.')) {
    name.remove_suffix(1);  // the root: "example.org." is the absolute form
  }
  if (name.size() > kLongestName) {
    return true;
  }
  while (true) {
    const auto dot = std::min(name.find('.'), name.size());
    if (dot == 0 || dot > kLongestLabel) {
      return true;
    }
    if (dot == name.size()) {
      return false;
    }
    name.remove_prefix(dot + 1);
  }
}

void parse_name(const UrlPiece& host, RedisUrl& url, UrlFindings& findings) {
  const auto text = host.text;
  const auto* const odd = std::find_if_not(text.begin(), text.end(), [](char byte) {
    return is_alphanumeric(byte) || byte == '-' || byte == '_' || byte == '.';
  });
  if (odd != text.end()) {
    fault_host_character(host, static_cast<std::size_t>(odd - text.begin()), findings);
    return;
  }
  if (has_bad_labels(text)) {
    findings.fault(host, kHost, "bad-host", "this is not a host name",
                   "each label has 1 to 63 characters, the whole name at most 253");
    return;
  }
  const bool is_numeric = text.find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_numeric && !is_address(AF_INET, text)) {
    findings.fault(host, kHost, "bad-ipv4", "this is not an IPv4 address",
                   is_digits(text) ? "if it is the port, write redis://HOST:PORT"
                                   : "an IPv4 address has four numbers of 0 to 255");
    return;
  }
  url.host = std::string(text);
}

/// `port` begins with its colon, or is empty.
void parse_port(const UrlPiece& port, RedisUrl& url, UrlFindings& findings) {
  if (port.text.empty()) {
    return;
  }
  const auto number = port.sub(1);
  if (number.text.empty()) {
    // Tried with redis-cli 7.0.15: "Could not connect to Redis at 127.0.0.1:0".
    findings.note(port, kPort, "empty-port",
                  "no port after the colon: this tool and redis-py use 6379, redis-cli uses 0",
                  "write :6379");
    return;
  }
  if (const auto [digits, database] = number.split_before(":");
      is_digits(digits.text) && database.text.size() > 1 && is_digits(database.text.substr(1))) {
    findings.fault(number, kPort, "bad-port", "a second colon after the port",
                   "write a database after a slash, redis://HOST:PORT/N");
    return;
  }
  if (!is_digits(number.text)) {
    findings.fault(number, kPort, "bad-port", "the port is not a number",
                   "write digits only (redis-cli reads the digits and drops the rest); if this is "
                   "a password, end it with @ and the host");
    return;
  }
  const auto value = parse_number<std::uint16_t>(number.text).value_or(0);
  if (value == 0) {
    findings.fault(number, kPort, "port-out-of-range", "the port is not within 1 to 65535",
                   "Redis listens on 6379 by default");
    return;
  }
  url.port = value;
}

void parse_bracketed(const UrlPiece& address, RedisUrl& url, UrlFindings& findings) {
  const auto closing = address.text.find(']');
  if (closing == std::string_view::npos) {
    findings.fault(address, kHost, "unclosed-bracket",
                   "the bracket before the address is not closed",
                   "write redis://[2001:db8::1]:6379");
    return;
  }
  parse_ipv6(address.sub(1, closing - 1), url, findings);
  const auto rest = address.sub(closing + 1);
  if (!rest.text.empty() && rest.text.front() != ':') {
    findings.fault(rest, kHost, "bad-host", "only a port can follow the bracket",
                   "write redis://[2001:db8::1]:6379");
    return;
  }
  parse_port(rest, url, findings);
}

}  // namespace

void parse_url_address(const UrlPiece& address, RedisUrl& url, UrlFindings& findings) {
  if (address.text.starts_with('[')) {
    parse_bracketed(address, url, findings);
    return;
  }
  const auto colons = std::count(address.text.begin(), address.text.end(), ':');
  const auto before_last_colon = address.text.substr(0, address.text.find_last_of(':'));
  if (colons > 1 &&
      (is_address(AF_INET6, address.text) || is_address(AF_INET6, before_last_colon))) {
    findings.fault(address, kHost, "ipv6-without-brackets",
                   "an IPv6 address needs brackets, or its end looks like a port",
                   "write redis://[2001:db8::1]:6379");
    return;
  }
  const auto [host, port] = address.split_before(":");
  if (host.text.empty()) {
    // redis-py then keeps its default, localhost. redis-cli too when the port is missing as well,
    // else it looks for a host with an empty name (tried with 7.0.15).
    findings.warn(
        host, kHost, "empty-host",
        port.text.empty()
            ? "no host: localhost is used"
            : "no host: this tool and redis-py use localhost, redis-cli does not find one",
        "give the host");
  } else {
    parse_name(host, url, findings);
  }
  parse_port(port, url, findings);
}

}  // namespace fogis::config
