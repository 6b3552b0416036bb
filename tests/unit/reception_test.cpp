#include "output/reception.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>

using namespace fogis;
using namespace fogis::output;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

Gap gap(std::chrono::milliseconds idle, ErrorKind kind = ErrorKind::disconnected) {
  const std::chrono::system_clock::time_point noon = std::chrono::sys_days() + 12h;
  return {.from = noon,
          .noticed = noon + idle,
          .to = noon + idle + 1ms,
          .attempts = 1,
          .cause = make_error(kind, Phase::subscribe, "the cause")};
}

Reception with_gaps(std::initializer_list<Gap> gaps) {
  Reception reception;
  for (const auto& one : gaps) {
    reception.gaps.push_back(one);
    reception.idle_cuts.note(one);
    ++reception.gap_count;
  }
  return reception;
}

}  // namespace

TEST_CASE("cuts after the same idle time are one statement with its cause") {
  const auto reception = with_gaps({gap(300ms), gap(2000ms), gap(2040ms), gap(1990ms)});
  CHECK(reception.idle_cuts.is_regular());
  CHECK(reception.idle_cuts.count == 3);
  const auto text = reception_text(reception, Style());
  CHECK_THAT(text, ContainsSubstring("3 gaps: always cut after 2.01 s idle (3 times in a row)") &&
                       ContainsSubstring("proxy"));
  // The gap before has a cause of its own.
  CHECK_THAT(text, ContainsSubstring("(301 ms): the cause\n"));
  CHECK(text.find("(2.00 s): the cause") == std::string::npos);
  CHECK_THAT(reception_json(reception),
             ContainsSubstring(R"("idle_cuts":{"count":3,"after_ms":201)"));
}

TEST_CASE("cuts at any time, at once, or few of them say nothing of an idle limit") {
  CHECK_FALSE(with_gaps({gap(2000ms), gap(2000ms)}).idle_cuts.is_regular());
  CHECK_FALSE(with_gaps({gap(2000ms), gap(2000ms), gap(700ms)}).idle_cuts.is_regular());
  CHECK_FALSE(with_gaps({gap(1ms), gap(1ms), gap(1ms), gap(1ms)}).idle_cuts.is_regular());
  const auto other = gap(2000ms, ErrorKind::protocol);
  CHECK_FALSE(with_gaps({other, other, other}).idle_cuts.is_regular());
  const auto text = reception_text(with_gaps({gap(2000ms), gap(2000ms)}), Style());
  CHECK_THAT(text, ContainsSubstring("(2.00 s): the cause\n"));
}
