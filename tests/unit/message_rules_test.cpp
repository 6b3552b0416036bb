#include "message/rules.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>
#include <string_view>

#include "message_fixtures.hpp"
#include "support/paths.hpp"

namespace fogis::message {
namespace {

bool is_kebab_case(std::string_view name) {
  return !name.empty() && name.front() != '-' && name.back() != '-' &&
         std::ranges::all_of(name, [](char character) {
           return (character >= 'a' && character <= 'z') ||
                  (character >= '0' && character <= '9') || character == '-';
         });
}

}  // namespace

TEST_CASE("every rule says what it forbids, what follows and how to mend it") {
  std::set<std::string_view> names;
  for (const auto& rule : rules()) {
    CAPTURE(rule.name);
    CHECK(is_kebab_case(rule.name));
    CHECK(names.insert(rule.name).second);
    CHECK_FALSE(rule.summary.empty());
    CHECK_FALSE(rule.consequence.empty());
    CHECK_FALSE(rule.hint.empty());
    CHECK(find_rule(rule.name) == &rule);
    // Texts are parts of a sentence or table cells: one line, no full stop.
    for (const auto text : {rule.summary, rule.consequence, rule.hint}) {
      CHECK_FALSE(text.ends_with('.'));
      CHECK(text.find('\n') == std::string_view::npos);
    }
  }
  CHECK(find_rule("no-such-rule") == nullptr);
}

TEST_CASE("every known failure that shows in a message has a rule") {
  for (const std::string_view ref : {"D1", "D2", "D4", "D5", "D6", "D7"}) {
    CAPTURE(ref);
    CHECK(std::ranges::any_of(rules(), [&](const Rule& rule) { return rule.ref == ref; }));
  }
}

TEST_CASE("the calendar's own rules are those of D2, and D6 is a warning") {
  for (const auto& rule : rules()) {
    CAPTURE(rule.name);
    CHECK((rule.reader == Reader::calendar) == (rule.ref == "D2"));
    // A rule that concerns the calendar alone has one meaning, and the calendar's is never harder.
    CHECK_FALSE((rule.reader == Reader::calendar && rule.calendar));
    CHECK((!rule.calendar || rule.calendar->severity == Severity::warning));
    CHECK((!rule.calendar || !rule.calendar->consequence.empty()));
    CHECK((rule.ref != "D6" || rule.severity == Severity::warning));
  }
}

TEST_CASE("severities and readers have names") {
  CHECK(name(Severity::error) == "error");
  CHECK(name(Severity::warning) == "warning");
  CHECK(name(Reader::contract) == "contract");
  CHECK(name(Reader::calendar) == "calendar");
}

TEST_CASE("the document about the contract names every rule") {
  const auto text = test::read_file(testing::source_dir() / "docs/message-contract.md");
  for (const auto& rule : rules()) {
    CAPTURE(rule.name);
    CHECK(text.find("`" + std::string(rule.name) + "`") != std::string::npos);
  }
}

}  // namespace fogis::message
