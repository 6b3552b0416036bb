#include "base/text.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace std::string_literals;
using fogis::count_of;
using fogis::escape_for_terminal;
using fogis::is_utf8;
using fogis::text_width;
using fogis::truncate_text;
using fogis::utf8_sequence_length;

TEST_CASE("well-formed UTF-8 has sequences of one to four bytes") {
  CHECK(utf8_sequence_length("a") == 1);
  CHECK(utf8_sequence_length("é") == 2);
  CHECK(utf8_sequence_length("✓x") == 3);
  CHECK(utf8_sequence_length("😀") == 4);
  CHECK(utf8_sequence_length("\xf4\x8f\xbf\xbf") == 4);
  CHECK(is_utf8(""));
  CHECK(is_utf8("aé✓😀"s + '\0'));
}

TEST_CASE("what RFC 3629 excludes is not UTF-8") {
  for (const auto* text : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                           "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
                           "\xc3", "\xe2\x9c", "\xe2\x9c(", "\xe2(\x93", "\xf0\x9f\x98", "\xc3("}) {
    CHECK(utf8_sequence_length(text) == 0);
    CHECK_FALSE(is_utf8("a"s + text));
  }
}

TEST_CASE("nothing that acts on a terminal gets through") {
  CHECK(escape_for_terminal("plain é✓😀") == "plain é✓😀");
  CHECK(escape_for_terminal("a\nb\tc\rd") == "a\\nb\\tc\\rd");
  CHECK(escape_for_terminal("\x1b[31mred\x7f") == "\\x1b[31mred\\x7f");
  CHECK(escape_for_terminal("a\0b"s) == "a\\x00b");
  CHECK(escape_for_terminal("\xc2\x9b") == "\\u{9b}");
  CHECK(escape_for_terminal("\u202e\u200b\u2066\ufeff\u061c\u2028\U000e0001") ==
        "\\u{202e}\\u{200b}\\u{2066}\\u{feff}\\u{61c}\\u{2028}\\u{e0001}");
  CHECK(escape_for_terminal("\xff\xc3") == "\\xff\\xc3");
}

TEST_CASE("an escaped text is unambiguous") {
  CHECK(escape_for_terminal("\\n") == "\\\\n");
  CHECK(escape_for_terminal("\n") == "\\n");
}

TEST_CASE("width counts characters, not bytes") {
  CHECK(text_width("") == 0);
  CHECK(text_width("abc") == 3);
  CHECK(text_width("é✓😀") == 3);
}

TEST_CASE("a text that is too long ends in an ellipsis, within its columns") {
  CHECK(truncate_text("abcdef", 6) == "abcdef");
  CHECK(truncate_text("abcdefg", 6) == "abcde…");
  CHECK(truncate_text("abcdefg", 6, true) == "abc...");
  CHECK(truncate_text("éééé", 3) == "éé…");
  CHECK(truncate_text("", 0).empty());
}

TEST_CASE("even the ellipsis keeps to the columns") {
  CHECK(truncate_text("abc", 1) == "…");
  CHECK(truncate_text("abc", 0).empty());
  CHECK(truncate_text("abcdef", 3, true) == "...");
  CHECK(truncate_text("abcdef", 2, true) == "..");
  CHECK(truncate_text("abcdef", 0, true).empty());
}

TEST_CASE("a count is followed by the right form of its noun") {
  CHECK(count_of(0, "message") == "0 messages");
  CHECK(count_of(1, "message") == "1 message");
  CHECK(count_of(2, "message") == "2 messages");
  CHECK(count_of(2, "reply", "replies") == "2 replies");
  CHECK(count_of(1, "reply", "replies") == "1 reply");
}
