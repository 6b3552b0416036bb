#include "cli/mentions.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

using fogis::cli::Mentions;

TEST_CASE("an option is mentioned by its long name, with and without a value") {
  const std::vector<std::string> arguments{"--url", "x", "--timeout=5s"};
  const Mentions mentions(arguments);
  CHECK(mentions.option("-u,--url"));
  CHECK(mentions.option("--timeout"));
  CHECK_FALSE(mentions.option("--time"));
  CHECK_FALSE(mentions.option("--timeouts"));
  CHECK_FALSE(mentions.option("-q,--quiet"));
}

TEST_CASE("any short option mentions all of them, because they can be written together") {
  for (const std::string argument : {"-q", "-qv", "-uredis://example.org"}) {
    const std::vector<std::string> arguments{argument};
    CHECK(Mentions(arguments).option("-v,--verbose"));
    CHECK_FALSE(Mentions(arguments).option("--json"));
  }
  for (const std::string argument : {"-", "--", "--quiet", "q"}) {
    const std::vector<std::string> arguments{argument};
    CHECK_FALSE(Mentions(arguments).option("-v,--verbose"));
  }
}

TEST_CASE("a command is mentioned by its whole name wherever it stands") {
  const std::vector<std::string> arguments{"--service", "ping", "test-suite"};
  const Mentions mentions(arguments);
  CHECK(mentions.command("ping"));
  CHECK(mentions.command("test-suite"));
  CHECK_FALSE(mentions.command("config"));
  CHECK_FALSE(mentions.command("test"));
}
