#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <string>
#include <string_view>

#include "http/server_request.hpp"

namespace fogis::http {
namespace {

using State = ParsedRequest::State;

constexpr std::size_t kMost = 1024;

ParsedRequest parse(std::string_view bytes) {
  return parse_request(bytes, kMost);
}

TEST_CASE("an HTTP request is read with path, query and host") {
  const std::string bytes =
      "GET /api/v1/report?a=1&b=2 HTTP/1.1\r\nHost: LocalHost:9121\r\nAccept: */*\r\n\r\n";
  const auto parsed = parse(bytes + "GET /next");
  REQUIRE(parsed.state == State::complete);
  CHECK(parsed.length == bytes.size());
  CHECK(parsed.request.method == "GET");
  CHECK(parsed.request.path == "/api/v1/report");
  CHECK(parsed.request.query == "a=1&b=2");
  CHECK(parsed.request.host == "localhost");
  CHECK(parsed.request.keep_alive);
}

TEST_CASE("an HTTP request is incomplete at each of its bytes but the last") {
  const std::string bytes = "\r\nHEAD / HTTP/1.1\r\nHost: [::1]:9121\r\nX-Y:\t z \r\n\r\n";
  const auto length = GENERATE_COPY(range<std::size_t>(0, bytes.size()));
  CAPTURE(length);
  CHECK(parse(bytes.substr(0, length)).state == State::incomplete);
}

TEST_CASE("the forms of HTTP requests that clients send are all read") {
  const auto head = parse("\r\nHEAD / HTTP/1.1\r\nHost: [::1]:9121\r\nX-Y:\t z \r\n\r\n");
  CHECK(head.state == State::complete);
  CHECK(head.request.method == "HEAD");
  CHECK(head.request.host == "[::1]");
  CHECK(
      parse("GET http://h.example.org/m?q HTTP/1.1\r\nHost: h.example.org\r\n\r\n").request.path ==
      "/m");
  CHECK(parse("GET http://h.example.org HTTP/1.1\r\nHost: h.example.org\r\n\r\n").request.path ==
        "/");
  const auto old = parse("GET / HTTP/1.0\r\n\r\n");
  CHECK(old.state == State::complete);
  CHECK_FALSE(old.request.keep_alive);
  CHECK_FALSE(
      parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: TE , Close\r\n\r\n").request.keep_alive);
  CHECK(parse("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").state == State::complete);
}

TEST_CASE("an HTTP request that breaks the rules is refused with its status") {
  struct Bad {
    std::string_view bytes;
    int status;
  };
  const auto bad = GENERATE(
      Bad{"POST / HTTP/1.1\r\n", 405}, Bad{"DELETE /metrics HTTP/1.1\r\nHost: h\r\n\r\n", 405},
      Bad{"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 405}, Bad{"GET / HTTP/2.0\r\n", 505},
      Bad{"GET / HTTP/1.1\r\n\r\n", 400}, Bad{"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      Bad{"GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", 400},
      Bad{"GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      Bad{"GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n", 400},
      Bad{"GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400},
      Bad{"GET / HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", 400},
      Bad{"GET / HTTP/1.1\r\nHost: h\x01\r\n\r\n", 400}, Bad{"GET /\r\n", 400},
      Bad{"GET  HTTP/1.1\r\n", 400}, Bad{"GET /a b HTTP/1.1\r\n", 400}, Bad{"PING\r\n", 400},
      Bad{"*1\r\n$4\r\nPING\r\n", 400}, Bad{"GET / HTTP/1.1\nHost: h\n\n", 400},
      Bad{"\x16\x03\x01\x02", 400}, Bad{"GET / SIP/2.0\r\n", 400});
  CAPTURE(bad.bytes);
  const auto parsed = parse(bad.bytes);
  CHECK(parsed.state == State::refused);
  CHECK(parsed.status == bad.status);
  CHECK_FALSE(parsed.reason.empty());
}

TEST_CASE("an HTTP request with a NUL in a field is refused") {
  using namespace std::string_literals;
  CHECK(parse("GET / HTTP/1.1\r\nHost: h\0x\r\n\r\n"s).status == 400);
}

TEST_CASE("an HTTP request may be as large as the limit and no larger") {
  const std::string begin = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
  const std::string end = "\r\n\r\n";
  const auto of_size = [&](std::size_t size) {
    return begin + std::string(size - begin.size() - end.size(), 'x') + end;
  };
  CHECK(parse(of_size(kMost)).state == State::complete);
  CHECK(parse(of_size(kMost + 1)).status == 431);
  CHECK(parse("GET /" + std::string(kMost, 'x')).status == 431);
  CHECK(parse(begin + std::string(kMost, 'x')).status == 431);
  std::string empty_lines;
  while (empty_lines.size() < kMost) {
    empty_lines += "\r\n";
  }
  CHECK(parse(empty_lines).status == 431);
}

}  // namespace
}  // namespace fogis::http
