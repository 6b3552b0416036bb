#include "output/style.hpp"

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "checks/report.hpp"

using fogis::checks::Status;
using fogis::output::Colour;
using fogis::output::ColourChoice;
using fogis::output::detect_style;
using fogis::output::mark;
using fogis::output::parse_colour_choice;
using fogis::output::Style;

namespace {

Style style_in(const std::map<std::string, std::string>& variables) {
  const auto environment = [&variables](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
  return detect_style(-1, ColourChoice::automatic, environment);  // -1 is no terminal
}

}  // namespace

TEST_CASE("the first locale variable that is not empty decides about symbols") {
  CHECK(style_in({{"LANG", "sv_SE.UTF-8"}}).unicode);
  CHECK(style_in({{"LANG", "en_US.utf8"}}).unicode);
  CHECK_FALSE(style_in({{"LANG", "C"}}).unicode);
  CHECK_FALSE(style_in({}).unicode);
  CHECK_FALSE(style_in({{"LC_ALL", "C"}, {"LANG", "C.UTF-8"}}).unicode);
  CHECK(style_in({{"LC_ALL", ""}, {"LC_CTYPE", "C.UTF-8"}, {"LANG", "C"}}).unicode);
}

TEST_CASE("what is no terminal is 80 columns wide and plain") {
  const auto style = style_in({{"COLUMNS", "40"}});
  CHECK_FALSE(style.terminal);
  CHECK_FALSE(style.colour);
  CHECK(style.width == 80);
}

TEST_CASE("colour ends where the text ends") {
  Style style;
  CHECK(style.paint(Colour::red, "x") == "x");
  style.colour = true;
  CHECK(style.paint(Colour::red, "x") == "\x1b[31mx\x1b[0m");
  CHECK(style.paint(Colour::none, "x") == "x");
  CHECK(style.paint(Colour::red, "").empty());
}

TEST_CASE("each status has a mark and a word of equal width") {
  Style style;
  CHECK(mark(style, Status::pass) == "ok  ");
  CHECK(mark(style, Status::warn) == "warn");
  CHECK(mark(style, Status::fail) == "FAIL");
  CHECK(mark(style, Status::error) == "FAIL");
  CHECK(mark(style, Status::skip) == "skip");
  CHECK(mark_width(style) == 4);
  style.unicode = true;
  CHECK(mark(style, Status::pass) == "✓");
  CHECK(mark(style, Status::warn) == "!");
  CHECK(mark(style, Status::fail) == "✗");
  CHECK(mark(style, Status::error) == "✗");
  CHECK(mark(style, Status::skip) == "–");
  CHECK(mark_width(style) == 1);
}

TEST_CASE("colour choices have three names") {
  CHECK(parse_colour_choice("auto") == ColourChoice::automatic);
  CHECK(parse_colour_choice("always") == ColourChoice::always);
  CHECK(parse_colour_choice("never") == ColourChoice::never);
  CHECK(parse_colour_choice("yes") == std::nullopt);
}
