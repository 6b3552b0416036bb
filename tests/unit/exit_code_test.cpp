#include "cli/exit_code.hpp"

#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <utility>

#include "support/results.hpp"

using fogis::Error;
using fogis::ErrorKind;
using fogis::make_error;
using fogis::Phase;
using fogis::StopEvent;
using fogis::cli::exit_code_of;
using fogis::testing::require_ok;

TEST_CASE("each kind of failure has its exit code") {
  const auto stop = require_ok(StopEvent::create());
  const std::pair<ErrorKind, int> codes[] = {
      {ErrorKind::usage, 2},       {ErrorKind::configuration, 2},   {ErrorKind::not_resolved, 3},
      {ErrorKind::unreachable, 3}, {ErrorKind::timed_out, 3},       {ErrorKind::disconnected, 3},
      {ErrorKind::protocol, 3},    {ErrorKind::unauthenticated, 4}, {ErrorKind::forbidden, 4},
      {ErrorKind::untrusted, 4},   {ErrorKind::not_ready, 1},       {ErrorKind::rejected, 1},
      {ErrorKind::invalid, 1},     {ErrorKind::output, 5},          {ErrorKind::internal, 5},
  };
  for (const auto& [kind, code] : codes) {
    CAPTURE(kind);
    CHECK(exit_code_of(make_error(kind, Phase::command, "x"), stop) == code);
  }
}

TEST_CASE("an interruption has the code of its signal") {
  auto stop = require_ok(StopEvent::create());
  const auto error = fogis::interrupted_error(Phase::command);
  CHECK(exit_code_of(error, stop) == 130);
  stop.request(SIGTERM);
  CHECK(exit_code_of(error, stop) == 143);
  CHECK(exit_code_of(stop) == 143);
}
