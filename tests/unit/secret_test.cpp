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
  CHECK(redact("ababab", secret) == "***ab");
  CHECK(redact("abab", secret) == "***");
  CHECK(redact("", secret).empty());
  CHECK(redact("nothing", secret) == "nothing");
}

TEST_CASE("an empty secret hides nothing") {
  CHECK(redact("text", Secret()) == "text");
}
