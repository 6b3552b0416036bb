#include "message/sequence.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <initializer_list>

#include "message/ledger.hpp"

using fogis::describe;
using fogis::message::ChannelLedger;
using fogis::message::SequenceTracker;

TEST_CASE("a number that is left out of a series is a lost message") {
  SequenceTracker tracker;
  for (const auto number : std::initializer_list<std::uint64_t>{10, 11, 12}) {
    CHECK(tracker.see(number) == 0);
  }
  CHECK(tracker.see(20) == 7);
  CHECK(tracker.see(21) == 0);
  CHECK(tracker.see(23) == 1);
  CHECK(tracker.is_series());
  CHECK(tracker.first() == 10);
  CHECK(tracker.last() == 23);
  CHECK(tracker.lost() == 8);
  CHECK(describe(tracker.lost_ranges()) == "13-19, 22");
}

TEST_CASE("numbers without order lose nothing") {
  SequenceTracker tracker;
  for (const auto number : std::initializer_list<std::uint64_t>{5, 100, 6, 101, 7, 102, 7}) {
    CHECK(tracker.see(number) == 0);
  }
  CHECK_FALSE(tracker.is_series());
  CHECK(tracker.lost() == 0);
}

TEST_CASE("a publisher that begins anew is no loss") {
  SequenceTracker tracker;
  for (const auto number : std::initializer_list<std::uint64_t>{1, 2, 3, 1, 2, 3}) {
    CHECK(tracker.see(number) == 0);
  }
  CHECK(tracker.restarts() == 1);
  CHECK(tracker.see(5'000'000'000) == 0);
  CHECK(tracker.restarts() == 2);
  CHECK(tracker.lost() == 0);
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
    ledger.note("a", 10, number);
    ledger.note("b", 1, number * 100);
  }
  ledger.note("a", 10, 6);
  CHECK(ledger.lost() == 2);
  CHECK(ledger.entries().at("a").messages == 4);
  CHECK(ledger.entries().at("a").bytes == 40);
  CHECK(ledger.entries().at("b").messages == 3);
  for (std::size_t i = 0; i < ChannelLedger::kMostChannels; ++i) {
    ledger.note("c" + std::to_string(i), 1, std::nullopt);
  }
  CHECK(ledger.entries().size() == ChannelLedger::kMostChannels);
  CHECK(ledger.others() == 2);
}
