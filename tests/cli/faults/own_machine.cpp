// What may be wrong on our own side: descriptors, disk, streams.
#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "cli/faults/fault.hpp"

namespace fogis::testing::faults {
namespace {

/// The program started by a shell that does `before` first. $0 and what follows is the program.
Trial by_shell(Trial trial, const std::string& line) {
  trial.program.program = "sh";
  trial.program.arguments = {"-c", line, binary()};
  return trial;
}

std::function<Trial()> answering(const std::string& line,
                                 const std::vector<std::string>& more = {}) {
  return [=] { return by_shell(with(with_server({})(), more), line); };
}

/// UndefinedBehaviorSanitizer opens a descriptor of its own before the first virtual call of a
/// class, and takes its absence for a fault of ours. It is built together with AddressSanitizer.
void skip_where_a_descriptor_is_needed() {
#ifdef __SANITIZE_ADDRESS__
  SKIP("UndefinedBehaviorSanitizer needs a descriptor");
#endif
}

Trial socket_without_descriptors() {
  skip_where_a_descriptor_is_needed();
  return answering(R"(ulimit -n 4; exec "$0" "$@")")();
}

Trial name_without_descriptors() {
  skip_where_a_descriptor_is_needed();
  return by_shell(ping("redis://cache.example.org"), R"(ulimit -n 4; exec "$0" "$@")");
}

Trial ephemeral_without_descriptors() {
  skip_where_a_descriptor_is_needed();
  Trial trial;
  trial.options = {"--ephemeral"};
  return by_shell(trial, R"(ulimit -n 5; exec "$0" "$@")");
}

Fault own(std::string id, std::string happening, std::string outcome, std::string hint,
          std::function<Trial()> stage) {
  return {.id = std::move(id),
          .happening = std::move(happening),
          .outcome = std::move(outcome),
          .exit_code = 5,
          .hint = std::move(hint),
          .limit = kAmple,
          .stage = std::move(stage)};
}

}  // namespace

Chapter own_machine() {
  return {
      "Our own machine",
      {
          own("no-descriptor-for-socket", "no descriptor is left for the socket",
              "internal in connect", "ulimit -n", socket_without_descriptors),
          own("no-descriptor-for-name", "no descriptor is left to look up a name",
              "internal in resolve", "ulimit -n", name_without_descriptors),
          own("no-descriptor-for-server", "no descriptor is left to start a private server",
              "internal in start", "ulimit -n", ephemeral_without_descriptors),
          own("full-disk", "the result goes to a full disk", "told on stderr", "free some space",
              answering(R"(exec "$0" "$@" > /dev/full)")),
          own("closed-stdout", "stdout is closed", "told on stderr", "",
              answering(R"(exec "$0" "$@" >&-)")),
          own("full-disk-for-report", "the `--junit` file is on a full disk", "all pass",
              "free some space",
              [] {
                auto trial = answering(R"(exec "$0" "$@")", {"--junit", "/dev/full"})();
                trial.command = {"test-suite", "--only", "connection"};
                return trial;
              }),
          {.id = "reader-gone",
           .happening = "the reader of stdout goes away, as `head` does",
           .outcome = "nothing told",
           .limit = kAmple,
           .stage = answering(R"(code=$({ { "$0" "$@"; echo $? >&3; } | :; } 3>&1); exit $code)")},
      }};
}

}  // namespace fogis::testing::faults
