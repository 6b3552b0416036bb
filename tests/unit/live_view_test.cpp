#include "output/live_view.hpp"

#include <fmt/format.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <memory>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "unit/monitor_samples.hpp"

namespace fogis::output {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

monitor::Report some_report() {
  monitor::Report report;
  report.taken = std::chrono::system_clock::time_point(std::chrono::seconds(monitor::kNow));
  report.observation = monitor::second_look("total_commands_processed:10\r\n",
                                            "total_commands_processed:50\r\n"
                                            "used_memory:1048576\r\nconnected_clients:60\r\n"
                                            "redis_version:7.0.15\r\npubsub_channels:5\r\n");
  report.observation->sample.channels = {
      {{"fogis:matches:updates", 1}, {"fogis:matches:updates:v2", 0}}};
  report.verdict = judge(*report.observation, monitor::Thresholds());
  return report;
}

LiveView some_view(std::size_t events = 3) {
  auto report = some_report();
  for (std::size_t i = 0; i < events; ++i) {
    report.events.push_back(
        {report.taken, monitor::EventKind::subscriber_gone, fmt::format("event {}", i)});
  }
  LiveView view;
  view.endpoint = "redis://redis.example.org:6379";
  view.interval = std::chrono::seconds(1);
  view.now = report.taken;
  view.history.add(report);
  view.report = std::make_shared<const monitor::Report>(std::move(report));
  return view;
}

const Style kPlain{.terminal = true, .colour = false, .unicode = true};

std::string joined(const std::vector<std::string>& lines) {
  return fmt::format("{}", fmt::join(lines, "\n"));
}

TEST_CASE("a frame has exactly the rows of the terminal and fits its columns") {
  const auto [rows, columns] = GENERATE(std::pair{24, 80}, std::pair{50, 200}, std::pair{10, 40},
                                        std::pair{3, 40}, std::pair{1, 1}, std::pair{24, 10});
  const auto lines = live_frame(some_view(), static_cast<std::size_t>(rows),
                                static_cast<std::size_t>(columns), kPlain);
  CHECK(lines.size() == static_cast<std::size_t>(rows));
  for (const auto& line : lines) {
    INFO(line);
    CHECK(text_width(line) <= static_cast<std::size_t>(columns));
  }
}

TEST_CASE("a frame tells verdict, curves, channels and events") {
  const auto frame = joined(live_frame(some_view(), 24, 80, kPlain));
  CHECK_THAT(frame, StartsWith("redis://redis.example.org:6379 "));
  CHECK_THAT(frame, ContainsSubstring("✗ unhealthy, redis 7.0.15"));
  CHECK_THAT(frame, ContainsSubstring("✗ clients is 60, above 50"));
  CHECK_THAT(frame, ContainsSubstring("commands      40/s  ") && ContainsSubstring("█"));
  CHECK_THAT(frame, ContainsSubstring("memory        1 MB"));
  CHECK_THAT(frame, !ContainsSubstring("canary"));  // not asked for
  CHECK_THAT(frame, ContainsSubstring("fogis:matches:updates      1  match-list-processor → "));
  CHECK_THAT(frame, ContainsSubstring("subscriber_gone: event 2"));
  CHECK_THAT(frame, ContainsSubstring("q quit  p pause"));
}

TEST_CASE("of many events the latest are shown, and the footer stays") {
  const auto lines = live_frame(some_view(50), 20, 80, kPlain);
  const auto frame = joined(lines);
  CHECK_THAT(frame, ContainsSubstring("event 49") && !ContainsSubstring("event 1\n"));
  CHECK_THAT(lines.back(), StartsWith("q quit"));
}

TEST_CASE("a plain terminal gets no character beyond ASCII") {
  for (const char byte : joined(live_frame(some_view(), 50, 120, {.terminal = true}))) {
    CHECK(static_cast<unsigned char>(byte) < 0x80);
  }
}

TEST_CASE("a look that takes long is told by the age of the last one") {
  auto view = some_view();
  view.now += std::chrono::seconds(9);
  CHECK_THAT(joined(live_frame(view, 24, 120, kPlain)),
             ContainsSubstring("no answer, last sample 9.00 s ago"));
  view.paused = true;
  const auto paused = joined(live_frame(view, 24, 120, kPlain));
  CHECK_THAT(paused,
             ContainsSubstring("last sample 9.00 s ago") && !ContainsSubstring("no answer"));
  CHECK_THAT(paused, ContainsSubstring("PAUSED"));
}

TEST_CASE("before the first look there is a frame too") {
  LiveView view;
  view.endpoint = "redis://redis.example.org";
  const auto frame = joined(live_frame(view, 24, 80, kPlain));
  CHECK_THAT(frame, ContainsSubstring("sampling"));
  CHECK_THAT(frame, ContainsSubstring("commands         -"));
}

}  // namespace
}  // namespace fogis::output
