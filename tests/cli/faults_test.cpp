// Every fault of the list, against the built program.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>

#include "cli/faults/fault.hpp"

using Catch::Matchers::ContainsSubstring;
using fogis::testing::faults::Chapter;
using fogis::testing::faults::Fault;
using fogis::testing::faults::Observation;
using namespace std::chrono_literals;
namespace faults = fogis::testing::faults;

namespace {

/// What starting and ending the program may take on a machine that has other things to do.
constexpr auto kSlack = 5s;

void check(const Fault& fault, const Observation& seen) {
  INFO(fault.id << ": " << seen.told);
  CHECK(seen.outcome == fault.outcome);
  CHECK(seen.exit_code == fault.exit_code);
  if (!fault.hint.empty()) {
    CHECK_THAT(seen.told, ContainsSubstring(fault.hint));
  }
  if (fault.lasts_to_the_limit) {
    CHECK(seen.elapsed >= fault.limit);
    CHECK(seen.elapsed < fault.limit + kSlack);
  } else {
    CHECK(seen.elapsed >= fault.at_least);
    CHECK(seen.elapsed < fault.limit);
  }
}

void check_all(const Chapter& chapter) {
  const auto fault = GENERATE_COPY(from_range(chapter.faults));
  DYNAMIC_SECTION(fault.id) {
    check(fault, faults::run(fault));
  }
}

/// Whether the default suite meets the same failure when it connects.
bool stops_the_suite(const Fault& fault) {
  return fault.outcome.find(" in ") != std::string::npos && !fault.outcome.ends_with(" command");
}

void check_suite(const Chapter& chapter) {
  const auto fault = GENERATE_COPY(
      filter([](const Fault& each) { return stops_the_suite(each); }, from_range(chapter.faults)));
  DYNAMIC_SECTION(fault.id) {
    check(fault, faults::run_suite(fault));
  }
}

}  // namespace

TEST_CASE("addresses without a server are told apart", "[faults]") {
  check_all(faults::unreachable_addresses());
}

TEST_CASE("names that do not resolve, or slowly, or to dead addresses", "[faults]") {
  check_all(faults::names());
}

TEST_CASE("unix sockets that cannot be used are told apart", "[faults]") {
  check_all(faults::socket_paths());
}

TEST_CASE("peers that do not speak Redis cannot hold or break us", "[faults]") {
  check_all(faults::strange_peers());
}

TEST_CASE("every fault of TLS has its own hint", "[faults]") {
  check_all(faults::encryption());
}

TEST_CASE("servers that refuse are told apart from those that are not there", "[faults]") {
  check_all(faults::refusing_servers());
}

TEST_CASE("a server may be killed in every phase", "[faults]") {
  check_all(faults::lost_servers());
}

TEST_CASE("a signal ends every phase", "[faults]") {
  check_all(faults::interruptions());
}

TEST_CASE("faults of our own machine are no verdict about the server", "[faults]") {
  check_all(faults::own_machine());
}

TEST_CASE("the suite tells the same about addresses as ping", "[faults]") {
  check_suite(faults::unreachable_addresses());
}

TEST_CASE("the suite tells the same about names as ping", "[faults]") {
  check_suite(faults::names());
}

TEST_CASE("the suite tells the same about sockets as ping", "[faults]") {
  check_suite(faults::socket_paths());
}

TEST_CASE("the suite tells the same about strange peers as ping", "[faults]") {
  check_suite(faults::strange_peers());
}

TEST_CASE("the suite tells the same about TLS as ping", "[faults]") {
  check_suite(faults::encryption());
}

TEST_CASE("the suite tells the same about refusals as ping", "[faults]") {
  check_suite(faults::refusing_servers());
}
