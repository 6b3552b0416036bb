// Samples of servers that nobody has to run.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "monitor/observation.hpp"
#include "monitor/sample.hpp"
#include "support/paths.hpp"
#include "support/temp_dir.hpp"

namespace fogis::monitor {

/// A moment of the server's clock that samples share.
inline constexpr std::int64_t kNow = 1'700'003'600;

/// A sample with these fields of INFO, taken `seconds` after an arbitrary moment.
inline Sample sample_of(std::string_view info, int seconds = 0) {
  Sample sample;
  sample.taken = std::chrono::system_clock::time_point(std::chrono::seconds(kNow + seconds));
  sample.at = std::chrono::steady_clock::time_point(std::chrono::seconds(1000 + seconds));
  sample.info = redis::Info(info);
  sample.server = redis::identify_by_info(sample.info);
  return sample;
}

inline Observation observation_of(std::string_view info) {
  Observation seen;
  seen.sample = sample_of(info);
  return seen;
}

/// INFO as a kind of server shapes it, from tests/fixtures/info.
inline std::string info_fixture(std::string_view name) {
  auto text = testing::read_file(testing::source_dir() / "tests/fixtures/info" / name);
  REQUIRE_FALSE(text.empty());
  return text;
}

/// The first look at a server and a second one a second later, with what lies between.
inline Observation second_look(std::string_view before, std::string_view after) {
  const auto first = sample_of(before);
  Observation seen;
  seen.sample = sample_of(after, 1);
  seen.changes.emplace(first, seen.sample);
  return seen;
}

}  // namespace fogis::monitor
