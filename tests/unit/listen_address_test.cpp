#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <string_view>

#include "cli/listen_address.hpp"
#include "support/results.hpp"

namespace fogis::cli {
namespace {

using fogis::testing::require_error;
using fogis::testing::require_ok;

TEST_CASE("a listening address is this machine's own unless another one is asked for") {
  struct Good {
    std::string_view text;
    std::string_view host;
    int port;
  };
  const auto good =
      GENERATE(Good{"9121", "127.0.0.1", 9121}, Good{":9121", "127.0.0.1", 9121},
               Good{"localhost:80", "127.0.0.1", 80}, Good{"0", "127.0.0.1", 0},
               Good{"0.0.0.0:9121", "0.0.0.0", 9121}, Good{"192.0.2.7:65535", "192.0.2.7", 65535},
               Good{"[::1]:9121", "::1", 9121}, Good{"[::]:9121", "::", 9121});
  CAPTURE(good.text);
  const auto address = require_ok(parse_listen_address(good.text));
  CHECK(address.host == good.host);
  CHECK(address.port == good.port);
}

TEST_CASE("a listening address that cannot be one is refused with what would be right") {
  const std::string text =
      GENERATE("", ":", "65536", "-1", "abc", "9121x", "host:9121", "127.0.0.1",
               "127.0.0.1:", "127.0.0.1:http", "::1:9121", "[::1]", "[]:9121", "[127.0.0.1]:9121",
               "*:9121", "1.2.3:9121", "http://127.0.0.1:9121", " 9121");
  CAPTURE(text);
  const auto error = require_error(parse_listen_address(text), ErrorKind::usage);
  CHECK_THAT(error.message, Catch::Matchers::StartsWith("--listen: \"" + text + "\" has "));
  CHECK_THAT(error.hint, Catch::Matchers::ContainsSubstring("0.0.0.0:9121"));
}

}  // namespace
}  // namespace fogis::cli
