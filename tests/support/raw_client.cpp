#include "support/raw_client.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <utility>

#include "base/error.hpp"
#include "base/number.hpp"

namespace fogis::testing {
namespace {

constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};

UniqueFd dial(int family, const sockaddr* address, socklen_t length) {
  UniqueFd socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  if (::connect(socket.get(), address, length) != 0) {
    FAIL("the test cannot connect to its server: " << describe_errno(errno));
  }
  return socket;
}

}  // namespace

RawClient::RawClient(UniqueFd socket) : socket_(std::move(socket)) {}

RawClient RawClient::to_unix_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof(address.sun_path));
  path.copy(address.sun_path, path.size());
  return RawClient(dial(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
}

RawClient RawClient::to_port(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return RawClient(dial(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof(address)));
}

std::string RawClient::command(const std::vector<std::string>& arguments) {
  send(arguments);
  return receive();
}

void RawClient::send(const std::vector<std::string>& arguments) {
  auto text = fmt::format("*{}\r\n", arguments.size());
  for (const auto& argument : arguments) {
    text += fmt::format("${}\r\n{}\r\n", argument.size(), argument);
  }
  for (std::size_t sent = 0; sent < text.size();) {
    const auto count = ::send(socket_.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) {
      FAIL("the test cannot send to its server: " << describe_errno(errno));
    }
    sent += static_cast<std::size_t>(count);
  }
}

std::string RawClient::receive() {
  auto line = read_line();
  auto rest = line.substr(1);
  if (line[0] == '-') {
    return line;
  }
  if (line[0] == '+' || line[0] == ':') {
    return rest;
  }
  const auto count = parse_number<long>(rest);
  if (!count || (line[0] != '$' && line[0] != '*')) {
    FAIL("the test's server sent " << line);
  }
  if (*count < 0) {
    return "(nil)";
  }
  if (line[0] == '$') {
    auto text = read_bytes(static_cast<std::size_t>(*count) + 2);
    text.resize(text.size() - 2);
    return text;
  }
  std::string elements;
  for (long i = 0; i < *count; ++i) {
    elements += (i == 0 ? "" : "\n") + receive();
  }
  return elements;
}

std::string RawClient::read_line() {
  auto end = buffer_.find("\r\n");
  while (end == std::string::npos || end == 0) {
    REQUIRE(end != 0);
    read_more();
    end = buffer_.find("\r\n");
  }
  auto line = read_bytes(end + 2);
  line.resize(end);
  return line;
}

std::string RawClient::read_bytes(std::size_t count) {
  while (buffer_.size() < count) {
    read_more();
  }
  auto text = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return text;
}

void RawClient::read_more() {
  std::array<char, 16384> chunk{};
  const auto count = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
  if (count <= 0) {
    FAIL("the test's server " << (count == 0 ? "closed the connection"
                                             : "did not answer: " + describe_errno(errno)));
  }
  buffer_.append(chunk.data(), static_cast<std::size_t>(count));
}

}  // namespace fogis::testing
