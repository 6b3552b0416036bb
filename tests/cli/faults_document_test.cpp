// docs/faults.md is the list of faults, and nothing else.
//
// With FOGIS_UPDATE_DOCS=1 in its environment the test runs every fault and writes the document
// anew, with the times of that run; without, it compares everything but those times.
#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include "cli/faults/fault.hpp"
#include "support/paths.hpp"
#include "support/temp_dir.hpp"

using fogis::testing::read_file;
using fogis::testing::source_dir;
using fogis::testing::faults::all_chapters;
using fogis::testing::faults::Fault;
using namespace std::chrono_literals;
namespace faults = fogis::testing::faults;

namespace {

constexpr std::string_view kIntroduction =
    R"(# Faults

What `fogis-redis` makes of broken servers, networks and machines. Every row is a test that runs the built
program: against a real redis-server, or against a peer that plays a script where no real server misbehaves on
request. The test demands the outcome, the exit code and the hint of the row, that no process and no temporary
file is left, and that the run ends in time: a fault that only the time limit ends may last as long as the limit
(`--timeout` and `--connect-timeout`, both total) and the start and end of the program take; every other one ends
by itself, before its limit.

- **outcome**: `error.code` and `error.phase` of the JSON document; or the check of `test-suite` that is not `pass`,
  with its status; or whether the PINGs were answered, or the messages received. Where nothing can be written to stdout,
  stderr tells.
- **hint**: a part of the text that a person reads.
- **took**: from the start of the program to its end, in one run of all rows on a machine that was busy with other
  work, with the build `dev`. The command below measures anew.

This page is written by its test. After a change of the list in `tests/cli/faults`:

```sh not-run
FOGIS_UPDATE_DOCS=1 build/dev/tests/cli_tests "docs/faults.md*"
```
)";

std::string took(std::chrono::nanoseconds span) {
  return fmt::format("{} ms", std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

std::string row(const Fault& fault, std::string_view time) {
  const auto limit = fmt::format("{} ms", fault.limit.count());
  return fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", fault.id, fault.happening,
                     fault.outcome, fault.exit_code, fault.hint.empty() ? "–" : fault.hint, limit,
                     time);
}

template <typename Time>
std::string document(const Time& time_of) {
  std::string text(kIntroduction);
  for (const auto& chapter : all_chapters()) {
    text += fmt::format("\n## {}\n\n", chapter.title);
    text += "| fault | what happens | outcome | exit code | hint | limit | took |\n";
    text += "|---|---|---|---|---|---|---|\n";
    for (const auto& fault : chapter.faults) {
      text += row(fault, time_of(fault));
    }
  }
  return text;
}

const std::regex& time_at_end() {
  static const std::regex pattern(R"(\| (\d+) ms \|$)");
  return pattern;
}

std::string without_times(const std::string& text) {
  std::istringstream lines(text);
  std::string all;
  for (std::string line; std::getline(lines, line);) {
    all += std::regex_replace(line, time_at_end(), "| … |") + "\n";
  }
  return all;
}

/// The time that the document's row for this fault shows.
std::chrono::milliseconds shown_time(const std::string& text, const Fault& fault) {
  const auto begin = text.find(fmt::format("| `{}` |", fault.id));
  REQUIRE(begin != std::string::npos);
  const auto line = text.substr(begin, text.find('\n', begin) - begin);
  std::smatch found;
  INFO(line);
  REQUIRE(std::regex_search(line, found, time_at_end()));
  return std::chrono::milliseconds(std::stol(found[1]));
}

std::string measured(const Fault& fault) {
  const auto seen = faults::run(fault);
  INFO(fault.id << ": " << seen.told);
  REQUIRE(seen.outcome == fault.outcome);
  REQUIRE(seen.exit_code == fault.exit_code);
  return took(seen.elapsed);
}

}  // namespace

TEST_CASE("docs/faults.md shows each fault of the list as its test demands it",
          "[faults-document]") {
  const auto path = source_dir() / "docs" / "faults.md";
  if (std::getenv("FOGIS_UPDATE_DOCS") != nullptr) {
    const auto anew = document(measured);  // first, so that a failure leaves the file as it is
    std::ofstream(path) << anew;
  }
  const auto text = read_file(path);
  CHECK(without_times(text) == document([](const Fault&) { return std::string("…"); }));
  constexpr auto kSlack = 5s;
  for (const auto& chapter : all_chapters()) {
    for (const auto& fault : chapter.faults) {
      INFO(fault.id);
      const auto time = shown_time(text, fault);
      CHECK(time < (fault.lasts_to_the_limit ? fault.limit + kSlack : fault.limit));
      CHECK(time >= (fault.lasts_to_the_limit ? fault.limit : fault.at_least));
    }
  }
}
