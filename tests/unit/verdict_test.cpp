#include "checks/verdict.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/stop_event.hpp"

namespace fogis::checks {
namespace {

Error error_of(ErrorKind kind) {
  return make_error(kind, Phase::command, "what happened", "what to do");
}

TEST_CASE("what the server forbids is a skip with the reason") {
  const auto result = verdict_of(error_of(ErrorKind::forbidden));
  CHECK(result.status == Status::skip);
  CHECK(result.cause == "what happened");
  CHECK(result.hint == "what to do");
  REQUIRE(result.error);
  CHECK(result.error->kind == ErrorKind::forbidden);
}

TEST_CASE("an interruption is a skip in one word") {
  const auto result = verdict_of(interrupted_error(Phase::command));
  CHECK(result.status == Status::skip);
  CHECK(result.cause == "interrupted");
}

TEST_CASE("what the server refuses or breaks is a failure") {
  CHECK(verdict_of(error_of(ErrorKind::rejected)).status == Status::fail);
  CHECK(verdict_of(error_of(ErrorKind::not_ready)).status == Status::fail);
  CHECK(verdict_of(error_of(ErrorKind::protocol)).status == Status::fail);
}

TEST_CASE("what keeps a check from being carried out is an error with a summary of its own") {
  for (const auto kind : {ErrorKind::timed_out, ErrorKind::disconnected, ErrorKind::unauthenticated,
                          ErrorKind::unreachable, ErrorKind::not_resolved, ErrorKind::untrusted,
                          ErrorKind::internal}) {
    const auto result = verdict_of(error_of(kind));
    CHECK(result.status == Status::error);
    CHECK_FALSE(result.summary.empty());
  }
}

TEST_CASE("connection failures are told from the others") {
  CHECK(is_connection_failure(error_of(ErrorKind::timed_out)));
  CHECK(is_connection_failure(error_of(ErrorKind::disconnected)));
  CHECK(is_connection_failure(error_of(ErrorKind::not_ready)));
  CHECK_FALSE(is_connection_failure(error_of(ErrorKind::forbidden)));
  CHECK_FALSE(is_connection_failure(error_of(ErrorKind::rejected)));
}

TEST_CASE("no findings are a pass") {
  const Findings findings;
  const auto result = findings.result("all well");
  CHECK(findings.empty());
  CHECK(result.status == Status::pass);
  CHECK(result.summary == "all well");
  CHECK(result.cause.empty());
}

TEST_CASE("the gravest finding decides and comes first") {
  Findings findings;
  findings.skip("s", "allow it");
  CHECK(findings.result("x").status == Status::skip);
  findings.warn("w1", "do this");
  findings.warn("w2", "");
  CHECK(findings.result("x").status == Status::warn);
  findings.fail("f", "do that");
  CHECK(findings.size() == 4);
  const auto result = findings.result("x");
  CHECK(result.status == Status::fail);
  CHECK(result.cause == "f; w1; w2; s");
  CHECK(result.hint == "do that; do this; allow it");
}

}  // namespace
}  // namespace fogis::checks
