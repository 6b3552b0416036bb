// The examples of docs/message-contract.md, tried.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "message/contract.hpp"
#include "message/rules.hpp"
#include "message_fixtures.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

/// A row of a table of rules.
struct Example {
  std::string rule;
  std::string ref;
  std::string severity;
  std::string base;    ///< the fixture that is changed, quoted by backticks
  std::string change;  ///< in words and code
};

std::string trim(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? ""
                                    : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

std::string unquote(const std::string& code) {
  return code.size() > 1 && code.starts_with('`') ? code.substr(1, code.size() - 2) : code;
}

std::vector<Example> read_examples() {
  std::vector<Example> examples;
  std::istringstream lines(test::read_file(testing::source_dir() / "docs/message-contract.md"));
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');) {
      cells.push_back(trim(cell));
    }
    if (line.starts_with("| `") && cells.size() == 6) {
      examples.push_back({unquote(cells[1]), cells[2], cells[3], unquote(cells[4]), cells[5]});
    }
  }
  return examples;
}

/// `\xHH` as the byte that it stands for.
std::string with_bytes(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\\x") == 0) {
      result += static_cast<char>(std::stoi(text.substr(i + 2, 2), nullptr, 16));
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

/// What the words of an example ask for.
struct Trial {
  std::string text;
  JudgeOptions options = test::options();
  int times = 1;
};

/// Changes the document at each place that is named: "no `/place`", "`/place` = `value`".
/// Returns whether there was one.
bool change_places(const std::string& words, std::string& text) {
  static const std::regex kPlace("(no )?`(/[^`]*)`(?: = `([^`]*)`)?");
  bool changed = false;
  auto document = json::parse(text);
  for (std::sregex_iterator at(words.begin(), words.end(), kPlace), end; at != end; ++at) {
    const auto& match = *at;
    const json::json_pointer place(match[2].str());
    if (match[1].matched) {
      REQUIRE(document[place.parent_pointer()].erase(place.back()) == 1);
    } else if (match[3].matched) {
      document[place] = json::parse(match[3].str());
    } else {
      continue;
    }
    changed = true;
  }
  text = changed ? document.dump() : text;
  return changed;
}

void apply_bound(const std::string& words, JudgeOptions& options) {
  static const std::regex kBound("a bound of ([0-9]+) (bytes|level|values)");
  std::smatch match;
  if (!std::regex_search(words, match, kBound)) {
    return;
  }
  const auto bound = static_cast<std::size_t>(std::stoul(match[1].str()));
  (match[2] == "bytes"   ? options.max_size
   : match[2] == "level" ? options.max_depth
                         : options.max_values) = bound;
}

Trial make_trial(const Example& example) {
  static const std::regex kText("^the text `([^`]*)`");
  static const std::regex kBecomes("^`([^`]*)` becomes `([^`]*)`");
  static const std::regex kExpected("expected to be `([a-z_]+)`");
  Trial trial;
  trial.text = test::fixture("valid/" + example.base + ".json");
  REQUIRE_FALSE(trial.text.empty());
  std::smatch match;
  if (std::regex_search(example.change, match, kText)) {
    trial.text = match[1];
  } else if (std::regex_search(example.change, match, kBecomes)) {
    const auto at = trial.text.find(match[1].str());
    REQUIRE(at != std::string::npos);
    trial.text.replace(at, static_cast<std::size_t>(match[1].length()), with_bytes(match[2]));
  } else {
    change_places(example.change, trial.text);
  }
  if (std::regex_search(example.change, match, kExpected)) {
    trial.options.as = parse_type(match[1].str());
    REQUIRE(trial.options.as);
  }
  apply_bound(example.change, trial.options);
  trial.times = example.change.starts_with("sent twice") ? 2 : 1;
  return trial;
}

}  // namespace

TEST_CASE("the document about the contract has each rule once, with its number and severity") {
  std::set<std::string> seen;
  for (const auto& example : read_examples()) {
    CAPTURE(example.rule);
    CHECK(seen.insert(example.rule).second);
    const auto* rule = find_rule(example.rule);
    REQUIRE(rule != nullptr);
    CHECK(example.ref == rule->ref);
    CHECK(example.severity ==
          std::string(name(rule->severity)) +
              (rule->reader == Reader::contract ? "" : ", " + std::string(name(rule->reader))) +
              (rule->calendar ? "; calendar: " + std::string(name(rule->calendar->severity)) : ""));
    CHECK_FALSE(example.change.empty());
  }
  CHECK(seen.size() == rules().size());
}

TEST_CASE("each example in the document about the contract has exactly the finding it is for") {
  std::size_t tried = 0;
  for (const auto& example : read_examples()) {
    if (example.rule == "not-judged") {
      continue;  // a lack of memory cannot be written down
    }
    CAPTURE(example.rule, example.change);
    auto trial = make_trial(example);
    trial.options.reader = find_rule(example.rule)->reader;
    Judge stream(trial.options);
    Judgement judgement;
    for (int i = 0; i < trial.times; ++i) {
      judgement = stream.judge(trial.text);
    }
    CAPTURE(test::summary(judgement));
    REQUIRE(judgement.findings.size() == 1);
    CHECK(judgement.findings.front().rule == example.rule);
    ++tried;
  }
  CHECK(tried == rules().size() - 1);
}

}  // namespace fogis::message
