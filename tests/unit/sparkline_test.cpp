#include "output/sparkline.hpp"

#include <catch2/catch_test_macros.hpp>

namespace fogis::output {
namespace {

TEST_CASE("a curve goes from zero to its largest value") {
  CHECK(sparkline({0, 1, 2, 3, 4, 5, 6, 7}, 8, true) == "▁▂▃▄▅▆▇█");
  CHECK(sparkline({0, 7, 14}, 3, false) == "_=#");
  CHECK(sparkline({0, 0}, 2, true) == "▁▁");
}

TEST_CASE("a curve is exactly as wide as asked for, with the latest values") {
  CHECK(sparkline({1}, 4, true) == "   █");
  CHECK(sparkline({9, 1, 1}, 2, true) == "██");
  CHECK(sparkline({}, 3, true) == "   ");
  CHECK(sparkline({1, 2}, 0, true).empty());
}

TEST_CASE("what is not known is a gap") {
  CHECK(sparkline({1, std::nullopt, 1}, 3, true) == "█ █");
  CHECK(sparkline({std::nullopt}, 1, true) == " ");
}

}  // namespace
}  // namespace fogis::output
