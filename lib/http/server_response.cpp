#include "http/server_response.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ctime>

namespace fogis::http {
namespace {

using Field = std::pair<std::string_view, std::string_view>;

constexpr std::array<Field, 5> kEveryAnswer{{
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
}};

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 421:
      return "Misdirected Request";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";  // The phrase may be empty; nobody decides by it.
  }
}

/// `Wed, 01 May 2024 12:00:00 GMT`, without the locale that strftime would use.
std::string http_date(std::chrono::system_clock::time_point now) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm civil{};
  ::gmtime_r(&seconds, &civil);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays.at(static_cast<std::size_t>(civil.tm_wday)), civil.tm_mday,
                     kMonths.at(static_cast<std::size_t>(civil.tm_mon)), civil.tm_year + 1900,
                     civil.tm_hour, civil.tm_min, civil.tm_sec);
}

}  // namespace

ServerResponse plain_response(int status, std::string_view line) {
  ServerResponse response;
  response.status = status;
  response.body = std::make_shared<const std::string>(fmt::format("{}\n", line));
  if (status == 405) {
    response.fields.emplace_back("Allow", "GET, HEAD");
  } else if (status == 503) {
    response.fields.emplace_back("Retry-After", "1");
  }
  return response;
}

std::string response_head(const ServerResponse& response, bool keep_alive,
                          std::chrono::system_clock::time_point now) {
  auto head = fmt::format(
      "HTTP/1.1 {} {}\r\nDate: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n",
      response.status, reason_phrase(response.status), http_date(now), response.content_type,
      response.body ? response.body->size() : 0, keep_alive ? "keep-alive" : "close");
  for (const auto& [name, value] : kEveryAnswer) {
    const bool replaced = std::any_of(response.fields.begin(), response.fields.end(),
                                      [&](const auto& field) { return field.first == name; });
    if (!replaced) {
      head += fmt::format("{}: {}\r\n", name, value);
    }
  }
  for (const auto& [name, value] : response.fields) {
    head += fmt::format("{}: {}\r\n", name, value);
  }
  return head + "\r\n";
}

}  // namespace fogis::http
