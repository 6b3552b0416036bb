#include "base/secret.hpp"

#include <catch2/catch_test_macros.hpp>
#include <concepts>
#include <string>

using fogis::redact;
using fogis::Secret;

static_assert(!std::convertible_to<Secret, std::string>);
static_assert(!std::convertible_to<Secret, std::string_view>);

TEST_CASE("a secret is only given away on request") {
  CHECK(Secret().empty());
  const Secret secret("hunter2");
  CHECK_FALSE(secret.empty());
  CHECK(secret.reveal() == "hunter2");
}

TEST_CASE("every occurrence of a secret is hidden") {
  const Secret secret("abab");
  CHECK(redact("with args: 'abab' 'abab'", secret) == "with args: '***' '***'");
  CHECK(redact("AUTH abab", secret) == "AUTH ***");
  CHECK(redact("abab: abab.", secret) == "***: ***.");
  CHECK(redact("abab", secret) == "***");
  CHECK(redact("", secret).empty());
  CHECK(redact("nothing", secret) == "nothing");
}

TEST_CASE("a part of a word is no echo, and stars there would reveal the secret") {
  CHECK(redact("NOPERM this user has no permissions", Secret("p")) ==
        "NOPERM this user has no permissions");
  CHECK(redact("ababab", Secret("abab")) == "ababab");
}

TEST_CASE("a word that servers use is hidden where it is an argument alone") {
  const Secret secret("password");
  CHECK(redact("WRONGPASS invalid username-password pair or user is disabled.", secret) ==
        "WRONGPASS invalid username-password pair or user is disabled.");
  CHECK(redact("ERR unknown command 'AUTH', with args beginning with: 'password' ", secret) ==
        "ERR unknown command 'AUTH', with args beginning with: '***' ");
  CHECK(redact("without any permissions", Secret("any")) == "without any permissions");
}

TEST_CASE("a secret that a server cuts short is hidden as well") {
  const Secret secret(std::string(64, 'x') + std::string(100, 'y'));
  const auto cut = std::string(64, 'x') + std::string(50, 'y');
  CHECK(redact("beginning with: '" + cut + "' ", secret) == "beginning with: '***' ");
  CHECK(redact("beginning with: '" + cut, secret) == "beginning with: '***");
  CHECK(redact("", secret).empty());
}

TEST_CASE("a secret of other bytes than letters is found beside any byte") {
  CHECK(redact("args: a$b!c", Secret("$b!")) == "args: a***c");
}

TEST_CASE("an empty secret hides nothing") {
  CHECK(redact("text", Secret()) == "text");
}
