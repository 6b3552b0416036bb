#include "base/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <set>
#include <string>

using fogis::Error;
using fogis::ErrorKind;
using fogis::is_transient;
using fogis::make_error;
using fogis::make_system_error;
using fogis::Phase;

namespace {

constexpr auto kLastKind = ErrorKind::internal;
constexpr auto kLastPhase = Phase::output;

}  // namespace

TEST_CASE("each kind of error has a name of its own in snake_case") {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(kLastKind); ++kind) {
    const auto text = name(static_cast<ErrorKind>(kind));
    CAPTURE(text);
    CHECK(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    CHECK(names.insert(text).second);
  }
  CHECK(name(ErrorKind::usage) == "usage");
  CHECK(name(ErrorKind::not_resolved) == "not_resolved");
  CHECK(name(ErrorKind::internal) == "internal");
}

TEST_CASE("each phase has a name of its own") {
  std::set<std::string_view> names;
  for (int phase = 0; phase <= static_cast<int>(kLastPhase); ++phase) {
    CHECK(names.insert(name(static_cast<Phase>(phase))).second);
  }
  CHECK(name(Phase::resolve) == "resolve");
  CHECK(name(Phase::command) == "command");
}

TEST_CASE("only what can go away by itself is worth another attempt") {
  const std::set<ErrorKind> transient{ErrorKind::not_resolved, ErrorKind::unreachable,
                                      ErrorKind::timed_out, ErrorKind::disconnected,
                                      ErrorKind::not_ready};
  for (int number = 0; number <= static_cast<int>(kLastKind); ++number) {
    const auto kind = static_cast<ErrorKind>(number);
    CAPTURE(name(kind));
    CHECK(is_transient(kind) == transient.contains(kind));
    CHECK(make_error(kind, Phase::command, "x").retryable == transient.contains(kind));
  }
}

TEST_CASE("an error keeps what it was made of") {
  const Error error = make_error(ErrorKind::forbidden, Phase::auth, "no", "ask");
  CHECK(error.kind == ErrorKind::forbidden);
  CHECK(error.phase == Phase::auth);
  CHECK(error.message == "no");
  CHECK(error.hint == "ask");
  CHECK(error.system_errno == 0);
  CHECK(error.endpoint.empty());
  CHECK(error.server_code.empty());
  CHECK_FALSE(error.elapsed);
}

TEST_CASE("a system error says what was tried and why it failed") {
  const Error error =
      make_system_error(ErrorKind::unreachable, Phase::connect, "cannot connect", ECONNREFUSED);
  CHECK(error.message == "cannot connect: Connection refused");
  CHECK(error.system_errno == ECONNREFUSED);
  CHECK(error.retryable);
  CHECK(fogis::describe_errno(ENOENT) == "No such file or directory");
}
