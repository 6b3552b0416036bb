// Documents that are made to hurt: each must end in a clear finding, in bounded time and memory.
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "message/builder.hpp"
#include "message/contract.hpp"
#include "message_fixtures.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

constexpr std::size_t kMegabyte = 1024UL * 1024UL;

// Sanitizers surround each allocation.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kMemoryFactor = 6;
#else
constexpr std::size_t kMemoryFactor = 1;
#endif

/// The most memory that this process has had so far, in bytes.
std::size_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/// The address space of this process in bytes (proc(5), statm).
std::size_t virtual_memory() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}
#endif

std::string repeat(std::string_view text, std::size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) {
    result += text;
  }
  return result;
}

void check_texts(const Judgement& judgement) {
  CHECK(judgement.findings.size() <= JudgeOptions().max_findings);
  for (const auto& finding : judgement.findings) {
    CHECK(finding.found.size() < 1000);
    CHECK(finding.pointer.size() < 1200);
    CHECK(is_utf8(finding.found));
    CHECK(is_utf8(finding.pointer));
  }
}

/// The one rule that the document breaks.
std::string_view only_rule(std::string_view document, const JudgeOptions& options = {}) {
  const auto judgement = judge(document, options);
  check_texts(judgement);
  CHECK_FALSE(judgement.valid());
  CHECK_FALSE(judgement.schema_valid);
  return judgement.findings.size() == 1 ? judgement.findings.front().rule : "not one finding";
}

/// Replaces every string of `value`, one at a time, by `text` and calls `use` with the whole.
void for_each_string(json& root, json& value, const std::string& text,
                     const std::function<void()>& use) {
  if (value.is_string()) {
    auto kept = std::move(value);
    value = text;
    use();
    value = std::move(kept);
  } else if (value.is_structured()) {
    for (auto& inner : value) {
      for_each_string(root, inner, text, use);
    }
  }
}

}  // namespace

TEST_CASE("a document of 64 MiB is refused without being read") {
  const std::string document(64 * kMegabyte, '[');
  CHECK(only_rule(document) == "too-large");
}

TEST_CASE("the size at the limit is accepted, a byte more is not") {
  const auto document = build_probe(Type::system_alert);
  JudgeOptions options;
  options.max_size = document.size();
  CHECK(judge(document, options).valid());
  --options.max_size;
  const auto judgement = judge(document, options);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings.front().rule == "too-large");
  CHECK(judgement.findings.front().found == std::to_string(document.size()) +
                                                " bytes; the limit is " +
                                                std::to_string(document.size() - 1));
}

TEST_CASE("a document of 64 MiB can be judged when the limit is raised") {
  const auto document = R"({"source": ")" + std::string(64 * kMegabyte, 'a') + "\"}";
  JudgeOptions options;
  options.max_size = 65 * kMegabyte;
  const auto judgement = judge(document, options);
  CHECK(judgement.errors == 5);  // all fields but the source are missing
  check_texts(judgement);
}

TEST_CASE("nesting of 100,000 levels ends at the bound") {
  const auto opening = GENERATE(as<std::string>(), "[", R"({"a":)", R"([{"a":)", R"({"payload":[)");
  CAPTURE(opening);
  CHECK(only_rule(repeat(opening, 100'000)) == "too-deep");
}

TEST_CASE("no option lets documents in that would overflow the stack") {
  JudgeOptions options;
  options.max_depth = 1'000'000;
  const auto judgement = judge(repeat("[", 100'000) + repeat("]", 100'000), options);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings.front().rule == "too-deep");
  CHECK(judgement.findings.front().found == "more than 512 levels");
}

TEST_CASE("the depth at the limit is accepted, a level more is not") {
  auto message = json::parse(build_probe(Type::system_alert));
  json nested = 1;
  for (int level = 0; level < 62; ++level) {
    nested = json::array({std::move(nested)});
  }
  message["payload"]["details"] = {{"nested", nested}};
  JudgeOptions options;
  options.max_depth = 65;  // the message, payload, details, and 62
  CHECK(judge(message.dump(), options).valid());
  --options.max_depth;
  CHECK(only_rule(message.dump(), options) == "too-deep");
}

TEST_CASE("a document of many small values ends at the bound") {
  const auto unit = GENERATE(as<std::string>(), "0,", "{},", "[],", R"("",)", R"({"a":0},)");
  CAPTURE(unit);
  auto document = R"({"payload":[)" + repeat(unit, 14 * kMegabyte / unit.size());
  CHECK(only_rule(document) == "too-many-values");
}

TEST_CASE("an object of a million keys ends at the bound") {
  std::string document = "{";
  for (int i = 0; i < 1'000'000; ++i) {
    document += '"' + std::to_string(i) + "\":0,";
  }
  CHECK(only_rule(document) == "too-many-values");
}

TEST_CASE("one key a hundred thousand times is counted, not collected") {
  const auto document = '{' + repeat(R"("a":0,)", 100'000) + R"("a":0})";
  const auto judgement = judge(document);
  check_texts(judgement);
  CHECK(judgement.findings.size() == JudgeOptions().max_findings);
  CHECK(judgement.findings.front().rule == "duplicate-key");
  CHECK(judgement.errors > 100'000);
}

TEST_CASE("a hundred thousand wrong elements are counted, not collected") {
  const auto wrong = GENERATE(as<std::string>(), "null", R"({"teams":7})", R"({"tid":7})");
  CAPTURE(wrong);
  const auto document =
      R"({"type":"match_updates","schema_version":"2.0","payload":{"detailed_changes":[)" +
      repeat("7,", 99'999) + R"(7],"matches":[)" + repeat(wrong + ',', 99'999) + wrong + "]}}";
  const auto judgement = judge(document);
  check_texts(judgement);
  CHECK(judgement.errors > 200'000);
  CHECK(judgement.findings.size() == JudgeOptions().max_findings);
}

TEST_CASE("numbers beyond what a double holds are named") {
  const auto number = GENERATE(as<std::string>(), "1e400", "-1e400", "1" + std::string(400, '0'),
                               std::string(300'000, '9'), "1e99999999999999999999");
  CHECK(only_rule(R"({"type":)" + number + "}") == "number-out-of-range");
}

TEST_CASE("numbers that a double holds are only of the wrong kind") {
  const auto number = GENERATE(as<std::string>(), "18446744073709551616", "-9223372036854775809",
                               "1e308", "1e-999", "0." + std::string(300'000, '3'), "-0", "-0.0");
  CAPTURE(number.substr(0, 30));
  auto document = build_message(Shape::corrected);
  const std::string total = R"("total_matches":2)";
  document.replace(document.find(total), total.size(), R"("total_matches":)" + number);
  const auto judgement = judge(document);
  check_texts(judgement);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings.front().pointer == "/payload/metadata/total_matches");
}

TEST_CASE("half of a surrogate pair is named, a whole one accepted") {
  const auto text = GENERATE(as<std::string>(), R"(\ud83d)", R"(\ud83dx)", R"(\ud83d\n)",
                             R"(\udc00)", R"(\ud83d\u0041)", R"(\uD83D\uD83D)");
  CAPTURE(text);
  CHECK(only_rule(R"({"source":")" + text + "\"}") == "lone-surrogate");
  CHECK(judge(R"({"source":"\ud83d\ude00"})").errors == 5);
}

TEST_CASE("a text about surrogates is no surrogate") {
  CHECK(only_rule("{\"source\":\"surrogate\n\"}") == "not-json");
}

TEST_CASE("bytes that are not UTF-8 are found wherever they stand") {
  const auto bytes = GENERATE(as<std::string>(), "\xff", "\xc3(", "\xc0\xaf", "\xed\xa0\x80",
                              "\xf4\x90\x80\x80", "\xe2\x82", "\x80");
  CHECK(only_rule("{\"source\":\"abc" + bytes + "\"}") == "invalid-utf8");
  CHECK(only_rule("{\"" + bytes + "\":1}") == "invalid-utf8");
  CHECK(only_rule("{" + bytes) == "invalid-utf8");
  CHECK(only_rule(bytes + "{}") == "invalid-utf8");
}

TEST_CASE("what is quoted is what is wrong, not what follows it") {
  const auto [text, found] = GENERATE(table<const char*, const char*>({
      {R"({"a":"\ud800 b"})", R"(column 7: \\ud800 b"})"},
      {R"({"a":"x\q"})", R"(column 8: \\q"})"},
      {R"({"a":"\u12g4"})", R"(column 7: \\u12g4"})"},
      {R"({"a":1e999})", "column 6: 1e999}"},
      {R"({"a":tru})", "column 6: tru}"},
      {R"({"a":1.})", "column 6: 1.}"},
      {"[1 222]", "column 4: 222]"},
      {R"({"a":1}garbage)", "column 8: garbage"},
  }));
  CAPTURE(text);
  const auto judgement = judge(text);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].found.starts_with(found));
}

TEST_CASE("a text in UTF-16 is told as that") {
  const auto [text, rule] = GENERATE(table<std::string, const char*>({
      {std::string("\xFF\xFE{\0}\0", 6), "invalid-utf8"},
      {std::string("\xFE\xFF\0{\0}", 6), "invalid-utf8"},
      {std::string("{\0}\0", 4), "not-json"},
      {std::string("\0{\0}", 4), "not-json"},
  }));
  const auto judgement = judge(text);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].rule == rule);
  CHECK(judgement.findings[0].found.starts_with("UTF-16"));
}

TEST_CASE("a message that is cut anywhere is refused") {
  const auto document = build_message(Shape::legacy_v1);
  for (std::size_t size = 1; size < document.size(); ++size) {
    CAPTURE(size);
    CHECK(only_rule(document.substr(0, size)) == "truncated");
  }
}

TEST_CASE("a second document behind the first is refused") {
  const auto document = build_probe(Type::processing_status);
  CHECK(only_rule(document + document) == "trailing-data");
  CHECK(only_rule(document + "\n" + document) == "trailing-data");
  CHECK(only_rule(document + "}") == "trailing-data");
  CHECK(only_rule(document + std::string(1, '\0')) == "trailing-data");
  CHECK(judge(document + " \r\n\t").valid());
}

TEST_CASE("binary data is refused") {
  CHECK(only_rule(std::string(kMegabyte, '\0')) == "not-json");
  CHECK(only_rule("\x1f\x8b\x08\x01") == "not-json");
  CHECK(only_rule(std::string_view("{\0}", 3)) == "not-json");
  CHECK(only_rule(std::string_view("{\"a\":\"\0\"}", 9)) == "not-json");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) {
    all += static_cast<char>(byte);
  }
  CHECK(only_rule(all) == "not-json");
}

TEST_CASE("JSON that is no object is refused") {
  const auto document =
      GENERATE(as<std::string>(), "null", "true", "7", "-1.5e3", R"("text")", "[]", "[{}]");
  CAPTURE(document);
  CHECK(only_rule(document) == "not-an-object");
}

TEST_CASE("a string of 300 kB in any field is judged and quoted shortly") {
  const auto shape = GENERATE(from_range(kShapes));
  const auto character = GENERATE(as<std::string>(), "a", "0", "å", "\\");
  CAPTURE(name(shape), character);
  const auto text = repeat(character, 300'000 / character.size());
  auto message = json::parse(build_message(shape, {.matches = 1}));
  std::size_t fields = 0;
  for_each_string(message, message, text, [&] {
    ++fields;
    check_texts(judge(message.dump(), {.reader = Reader::calendar}));
  });
  CHECK(fields >= 8);
}

TEST_CASE("a key of 300 kB is shortened in the pointer") {
  const std::string key(300'000, 'k');
  const auto judgement = judge("{\"" + key + "\":1,\"" + key + "\":2}");
  check_texts(judgement);
  CHECK(judgement.findings.front().rule == "duplicate-key");
  CHECK(judgement.findings.front().pointer == "/" + std::string(255, 'k') + "…");
}

TEST_CASE("a value of any kind in any place is judged") {
  const auto shape = GENERATE(from_range(kShapes));
  CAPTURE(name(shape));
  const auto message = json::parse(build_message(shape, {.matches = 1}));
  const std::vector<json> values = {nullptr,
                                    true,
                                    -1,
                                    1.5,
                                    "",
                                    "text",
                                    json::array(),
                                    json::array({nullptr}),
                                    json::object(),
                                    json::object({{"a", 1}})};
  for (const auto& place : test::places_in(message)) {
    CAPTURE(place.to_string());
    for (const auto& value : values) {
      auto changed = message;
      changed[place] = value;
      check_texts(judge(changed.dump(), {.reader = Reader::calendar}));
      const auto judgement = judge(changed.dump());
      check_texts(judgement);
      // What the schema refuses must not pass for valid.
      CHECK((judgement.schema_valid || !judgement.valid()));
    }
    auto without = message;
    auto& parent = without[place.parent_pointer()];
    if (parent.is_object()) {
      parent.erase(place.back());
      const auto judgement = judge(without.dump());
      CHECK((judgement.schema_valid || !judgement.valid()));
    }
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a lack of memory is a finding") {
  constexpr std::size_t kText = 256 * kMegabyte;
  const auto document = R"({"source":")" + std::string(kText, 'a') + "\"}";
  JudgeOptions options;
  options.max_size = document.size();
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_AS, &before) == 0);
  auto tight = before;
  tight.rlim_cur = virtual_memory() + kText / 2;
  REQUIRE(::setrlimit(RLIMIT_AS, &tight) == 0);
  const auto judgement = judge(document, options);
  ::setrlimit(RLIMIT_AS, &before);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings.front().rule == "not-judged");
  CHECK_FALSE(judgement.valid());
}
#endif

TEST_CASE("judging a hostile document takes bounded memory") {
  // The costliest document that the default bounds let in: one empty object for each key.
  std::string document = "{";
  for (int i = 0; i < 499'000; ++i) {
    document += '"' + std::to_string(i) + "\":{},";
  }
  document += "\"a\":0}";
  const auto peak_before = peak_memory();
  CHECK(judge(document).errors > 0);
  const JudgeOptions options;
  CHECK(peak_memory() - peak_before <
        kMemoryFactor * (options.max_size + 180 * options.max_values));
}

}  // namespace fogis::message
