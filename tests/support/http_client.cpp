#include "support/http_client.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>

#include "base/number.hpp"

namespace fogis::testing {
namespace {

constexpr int kPatienceMs = 10'000;

}  // namespace

std::string HttpAnswer::field(std::string_view name) const {
  const auto begin = head.find(fmt::format("\r\n{}: ", name));
  if (begin == std::string::npos) {
    return {};
  }
  const auto value = begin + 2 + name.size() + 2;
  return head.substr(value, head.find("\r\n", value) - value);
}

HttpClient::HttpClient(std::uint16_t port)
    : port_(port), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
          0);
}

void HttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0) {
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void HttpClient::request(std::string_view path, std::string_view more_fields) {
  send(fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}\r\n", path, port_, more_fields));
}

bool HttpClient::hears_within(std::chrono::milliseconds patience) const {
  pollfd watched{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  return !buffer_.empty() || ::poll(&watched, 1, static_cast<int>(patience.count())) > 0;
}

void HttpClient::finish() {
  ::shutdown(socket_.get(), SHUT_WR);
}

bool HttpClient::read_more() {
  pollfd watched{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&watched, 1, kPatienceMs) <= 0) {
    FAIL("the server is silent; so far it sent: " << buffer_);
  }
  std::array<char, 65536> chunk{};
  const auto count = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
  if (count <= 0) {
    return false;
  }
  buffer_.append(chunk.data(), static_cast<std::size_t>(count));
  return true;
}

HttpAnswer HttpClient::answer(bool has_body) {
  HttpAnswer answer;
  auto end = buffer_.find("\r\n\r\n");
  while (end == std::string::npos) {
    if (!read_more()) {
      FAIL("the server closed before its answer was whole: " << buffer_);
    }
    end = buffer_.find("\r\n\r\n");
  }
  answer.head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  REQUIRE(answer.head.starts_with("HTTP/1.1 "));
  answer.status = parse_number<int>(std::string_view(answer.head).substr(9, 3)).value_or(0);
  const auto length = parse_number<std::size_t>(answer.field("Content-Length"));
  REQUIRE(length);
  while (has_body && buffer_.size() < *length) {
    if (!read_more()) {
      FAIL("the server closed before its answer was whole: " << answer.head);
    }
  }
  if (has_body) {
    answer.body = buffer_.substr(0, *length);
    buffer_.erase(0, *length);
  }
  return answer;
}

std::string HttpClient::rest() {
  while (read_more()) {}
  return std::move(buffer_);
}

HttpAnswer http_get(std::uint16_t port, std::string_view path) {
  HttpClient client(port);
  client.request(path, "Connection: close\r\n");
  return client.answer();
}

}  // namespace fogis::testing
