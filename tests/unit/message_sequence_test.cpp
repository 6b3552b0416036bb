#include "message/sequence.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "message/ledger.hpp"

using fogis::describe;
using fogis::message::ChannelLedger;
using fogis::message::SequenceTracker;

TEST_CASE("a number that is left out of a series is a lost message") {
  SequenceTracker tracker;
  for (const auto number : std::initializer_list<std::uint64_t>{10, 11, 12}) {
    tracker.see(number);
  }
  CHECK(tracker.lost() == 0);
  tracker.see(20);
  CHECK(tracker.lost() == 7);
  tracker.see(21);
  tracker.see(23);
  CHECK(tracker.is_series());
  CHECK(tracker.first() == 10);
  CHECK(tracker.last() == 23);
  CHECK(tracker.lost() == 8);
  CHECK(describe(tracker.lost_ranges()) == "13-19, 22");
}

TEST_CASE("numbers without order lose nothing") {
  SequenceTracker tracker;
  for (const auto number : std::initializer_list<std::uint64_t>{5, 100, 6, 101, 7, 102, 7}) {
    tracker.see(number);
  }
  CHECK_FALSE(tracker.is_series());
  CHECK(tracker.lost() == 0);
}

TEST_CASE("a publisher that begins anew is no loss") {
  SequenceTracker tracker;
  for (const auto number : std::initializer_list<std::uint64_t>{1, 2, 3, 1, 2, 3}) {
    tracker.see(number);
  }
  CHECK(tracker.restarts() == 1);
  tracker.see(5'000'000'000);
  CHECK(tracker.restarts() == 2);
  CHECK(tracker.lost() == 0);
}

TEST_CASE("several publishers that number side by side lose nothing") {
  const auto numbers = GENERATE(
      // one after the other, in turns, with a loss, each in a row, one far above, three at once
      std::vector<std::uint64_t>{2990, 2991, 1, 2992, 2, 2993, 3},
      std::vector<std::uint64_t>{2990, 2991, 1, 2, 2993},
      std::vector<std::uint64_t>{2990, 2991, 1, 2, 3, 7, 2992, 8},
      std::vector<std::uint64_t>{1, 2, 500, 501, 3, 4, 502},
      std::vector<std::uint64_t>{1, 2, 1'700'000'000'000, 3, 1'700'000'000'001},
      std::vector<std::uint64_t>{1, 2, 100, 200, 3, 101, 201});
  SequenceTracker tracker;
  for (const auto number : numbers) {
    tracker.see(number);
  }
  CHECK(tracker.lost() == 0);
  CHECK(tracker.lost_ranges().empty());
  CHECK(tracker.is_mixed());
  CHECK_FALSE(tracker.is_series());
}

TEST_CASE("what is lost beyond the kept ranges is counted") {
  SequenceTracker tracker;
  tracker.see(0);
  tracker.see(1);
  for (std::uint64_t number = 3; number <= 5001; number += 2) {
    tracker.see(number);
  }
  CHECK(tracker.lost() == 2500);
  CHECK(tracker.lost_ranges().list().size() == SequenceTracker::kMostRanges);
}

TEST_CASE("channels are counted apart, and only so many of them are kept") {
  ChannelLedger ledger;
  for (std::uint64_t number = 1; number <= 3; ++number) {
    ledger.note("a", 10, number, "");
    ledger.note("b", 1, number * 100, "");
  }
  ledger.note("a", 10, 6, "");
  CHECK(ledger.lost() == 2);
  CHECK(ledger.entries().at("a").messages == 4);
  CHECK(ledger.entries().at("a").bytes == 40);
  CHECK(ledger.entries().at("b").messages == 3);
  for (std::size_t i = 0; i < ChannelLedger::kMostChannels; ++i) {
    ledger.note("c" + std::to_string(i), 1, std::nullopt, "");
  }
  CHECK(ledger.entries().size() == ChannelLedger::kMostChannels);
  CHECK(ledger.others() == 2);
}

TEST_CASE("the numbers of each source are a series of their own") {
  ChannelLedger ledger;
  for (std::uint64_t number = 1; number <= 10; ++number) {
    ledger.note("c", 1, number, "first");
    ledger.note("c", 1, 3000 + number, "second");
    ledger.note("c", 1, number == 5 ? std::nullopt : std::optional(2 * number), "");
  }
  ledger.note("c", 1, 14, "first");
  CHECK(ledger.lost() == 3);
  const auto& sources = ledger.entries().at("c").sources;
  CHECK(describe(sources.at("first").lost_ranges()) == "11-13");
  CHECK(sources.at("second").lost() == 0);
  CHECK(sources.at("second").is_series());
  CHECK_FALSE(sources.at("").is_series());
}

TEST_CASE("only so many sources are watched") {
  ChannelLedger ledger;
  for (std::size_t i = 0; i <= ChannelLedger::kMostSources; ++i) {
    ledger.note("c", 1, 1, std::to_string(i));
  }
  CHECK(ledger.entries().at("c").sources.size() == ChannelLedger::kMostSources);
  CHECK(ledger.entries().at("c").messages == ChannelLedger::kMostSources + 1);
}
