#include "http/url.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/results.hpp"

using Catch::Matchers::ContainsSubstring;
using fogis::ErrorKind;
using fogis::http::follow_location;
using fogis::http::parse_url;
using fogis::http::Url;
using fogis::testing::require_error;
using fogis::testing::require_ok;

TEST_CASE("a service URL is taken apart, with the ports of the schemes as defaults") {
  const auto plain = require_ok(parse_url("http://localhost:9083"));
  CHECK(!plain.tls);
  CHECK(plain.host == "localhost");
  CHECK(plain.port == 9083);
  CHECK(plain.path.empty());
  CHECK(plain.text() == "http://localhost:9083");
  CHECK(require_ok(parse_url("http://example.org")).port == 80);
  CHECK(require_ok(parse_url("HTTPS://example.org")).port == 443);
  CHECK(require_ok(parse_url("http://example.org/base/")).text() == "http://example.org:80/base");
  const auto ipv6 = require_ok(parse_url("http://[::1]:8000/"));
  CHECK(ipv6.host == "::1");
  CHECK(ipv6.text() == "http://[::1]:8000");
}

TEST_CASE("what is no service URL is refused with the reason, and never quoted") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "begin with"},
      {"localhost:9083", "begin with"},
      {"http://", "no host"},
      {"http://:80", "no host"},
      {"http://h:0", "port"},
      {"http://h:65536", "port"},
      {"http://h:8x", "port"},
      {"http://h:", "port"},
      {"http://[::1", "IPv6"},
      {"http://[g]", "IPv6"},
      {"http://[::1]x", "follows"},
      {"http://a b", "spaces"},
      {"http://h/?q=1", "query"},
      {"http://h/#f", "query"},
      {"http://u:secret@h", "credentials"},
      {"http://h\n", "spaces"},
      {"http://a,b", "not a name"},
  };
  for (const auto& [text, fault] : cases) {
    INFO(text);
    const auto error = require_error(parse_url(text), ErrorKind::usage);
    CHECK_THAT(error.message, ContainsSubstring(fault));
    CHECK_THAT(error.message + error.hint, !ContainsSubstring("secret"));
  }
}

TEST_CASE("redirections lead where the header says") {
  const auto from = require_ok(parse_url("http://example.org:8000"));
  const auto to = [&](const char* location) {
    const auto target = require_ok(follow_location(from, "/base/health", location));
    return target.url.text() + target.target;
  };
  CHECK(to("/other?x=1#f") == "http://example.org:8000/other?x=1");
  CHECK(to("https://www.example.org/h") == "https://www.example.org:443/h");
  CHECK(to("https://www.example.org") == "https://www.example.org:443/");
  CHECK(to("http://www.example.org?x") == "http://www.example.org:80/?x");
  CHECK(to("//www.example.org/h") == "http://www.example.org:80/h");
  CHECK(to("simple") == "http://example.org:8000/base/simple");
  require_error(follow_location(from, "/", "ftp://example.org/"), ErrorKind::protocol);
  require_error(follow_location(from, "/", "http://u:p@example.org/"), ErrorKind::protocol);
  require_error(follow_location(from, "/", ""), ErrorKind::protocol);
}
