// Documents that are made to hurt, through the built program.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/document.hpp"
#include "cli/message_files.hpp"
#include "cli/xml.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using fogis::is_utf8;
using fogis::message::Shape;
using fogis::testing::new_message;
using fogis::testing::require_document;
using fogis::testing::TempDir;
using fogis::testing::validate;
using nlohmann::json;

namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20U;

// Sanitizers surround each allocation and keep freed memory for a while.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr long kMemoryFactor = 8;
#else
constexpr long kMemoryFactor = 1;
#endif

struct Document {
  std::string text;
  std::string rule;
};

std::vector<Document> hostile_documents() {
  const auto message = new_message(Shape::system_alert).dump();
  std::string deep;
  std::string deep_objects;
  for (int i = 0; i < 100'000; ++i) {
    deep += '[';
    deep_objects += "{\"a\":";
  }
  return {{"", "empty-document"},
          {" \n\t", "empty-document"},
          {deep, "too-deep"},
          {deep + std::string(100'000, ']'), "too-deep"},
          {deep_objects, "too-deep"},
          {"{\"a\":" + std::string(400, '9') + "}", "number-out-of-range"},
          {"{\"a\":1e999999999}", "number-out-of-range"},
          {R"({"a":"\ud83d"})", "lone-surrogate"},
          {R"({"\udc00":1})", "lone-surrogate"},
          {message.substr(0, message.size() / 2), "truncated"},
          {message + message, "trailing-data"},
          {message + "\n" + message, "trailing-data"},
          {"\x1f\x8b\x08\x01\x02\x03", "not-json"},
          {std::string(1000, '\0'), "not-json"},
          {"\x1b[31mred\x1b[0m", "not-json"},
          {"{\"a\":\"\x1b[2J\"}", "not-json"},
          {"{\"a\":\"\xff\xfe\"}", "invalid-utf8"},
          {R"({"type":"\u001b[2J\u009b31m\u202e"})", "unknown-type"},
          {R"({"\u001b]0;owned\u0007":1,"\u001b]0;owned\u0007":2})", "duplicate-key"},
          {"[" + std::string(1'200'000, ' ') + "]", "not-an-object"},
          {"\"" + std::string(kMegabyte, 'x') + "\"", "not-an-object"}};
}

bool has_no_control(const std::string& text) {
  for (const char letter : text) {
    if (static_cast<unsigned char>(letter) < 0x20 && letter != '\n') {
      return false;
    }
  }
  return is_utf8(text) && text.find("\xC2\x9B") == std::string::npos &&
         text.find("\xE2\x80\xAE") == std::string::npos;
}

/// `head`, then `size` times the letter x, then `tail`, without holding it all.
void write_large(const std::string& path, const std::string& head, std::size_t size,
                 const std::string& tail) {
  std::ofstream file(path, std::ios::binary);
  file << head;
  const std::string block(kMegabyte, 'x');
  for (std::size_t written = 0; written < size; written += block.size()) {
    file << block;
  }
  file << tail;
  file.close();
  REQUIRE(file);
}

/// The bytes that the program takes for a small message, so that only the growth counts.
long base_kib() {
  return validate({"-"}, new_message(Shape::system_alert).dump()).peak_rss_kib;
}

}  // namespace

TEST_CASE("each hostile document has a clear finding in every form, with nothing that acts") {
  for (const auto& document : hostile_documents()) {
    CAPTURE(document.rule, document.text.substr(0, 40));
    const auto text = validate({"-"}, document.text);
    CHECK(text.exit_code == 1);
    CHECK_THAT(text.output, ContainsSubstring(document.rule));
    CHECK(text.output.size() < 20'000);
    CHECK(has_no_control(text.output));
    CHECK(text.error.empty());
  }
}

TEST_CASE("a hostile stream is judged line by line in every form") {
  std::string lines;
  std::size_t count = 0;
  for (const auto& document : hostile_documents()) {
    if (document.text.find('\n') == std::string::npos && !document.text.empty()) {
      lines += document.text + "\n";
      ++count;
    }
  }
  const auto outcome = validate({"--ndjson", "--json", "-"}, lines);
  CHECK(outcome.exit_code == 1);
  CHECK(has_no_control(outcome.output));
  const auto report = require_document(outcome.output, "validate-message");
  CHECK(report["messages"].size() == count);
  CHECK(report["counts"]["invalid"] == count);

  const auto junit = validate({"--ndjson", "-o", "junit", "-"}, lines);
  CHECK(fogis::testing::xml_faults(junit.output).empty());
  for (const char* format : {"text", "junit", "github", "markdown"}) {
    CAPTURE(format);
    CHECK(has_no_control(validate({"--ndjson", "-o", format, "-"}, lines).output));
  }
}

TEST_CASE("a hostile file name cannot act on a terminal or a workflow") {
  const TempDir directory;
  const auto name = directory.write("\x1b[31m\n::error::owned,\xff.json", "[]");
  const auto outcome = validate({name});
  CHECK(outcome.exit_code == 1);
  CHECK(has_no_control(outcome.output));
  const auto github = validate({"-o", "github", name});
  CHECK(has_no_control(github.output));
  CHECK_THAT(github.output, !ContainsSubstring("\n::error::"));
  CHECK_THAT(github.output, ContainsSubstring("%3A%3Aerror%3A%3Aowned%2C"));
  CHECK(fogis::testing::xml_faults(validate({"-o", "junit", name}).output).empty());
  require_document(validate({"--json", name}).output, "validate-message");
  const auto missing = validate({name + "x"});
  CHECK(missing.exit_code == 2);
  CHECK(has_no_control(missing.error));
}

TEST_CASE("a string of 300 kB in every field is judged and quoted shortly") {
  std::string lines;
  std::size_t count = 0;
  const std::string text(300'000, 'a');
  const auto message = new_message(Shape::corrected);
  const auto flat = message.flatten();
  for (const auto& [place, value] : flat.items()) {
    if (value.is_string()) {
      auto changed = message;
      changed[json::json_pointer(place)] = text;
      lines += changed.dump() + "\n";
      ++count;
    }
  }
  REQUIRE(count > 20);
  const auto outcome = validate({"--ndjson", "-"}, lines);
  CHECK(outcome.output.size() < count * 2000);
  CHECK_THAT(outcome.output, ContainsSubstring(std::to_string(count) + " messages: "));
  CHECK_THAT(outcome.output, ContainsSubstring("/tid tid-format (D5): "));
}

TEST_CASE("a file of 100 MB is refused without being held") {
  const TempDir directory;
  const auto path = directory / "large";
  write_large(path, "", 100 * kMegabyte, "");
  const auto base = base_kib();
  const auto whole = validate({path});
  CHECK(whole.exit_code == 1);
  CHECK_THAT(whole.output,
             ContainsSubstring("too-large: 104857600 bytes; the limit is 16777216\n"));
  CHECK(whole.peak_rss_kib - base < 100L * 1024 * kMemoryFactor);

  write_large(path, new_message(Shape::system_alert).dump() + "\n", 100 * kMegabyte,
              "\n" + new_message(Shape::system_alert).dump() + "\n");
  const auto lines = validate({"--ndjson", path});
  CHECK(lines.exit_code == 1);
  CHECK_THAT(lines.output, ContainsSubstring("large:2: too-large: 104857600 bytes"));
  CHECK_THAT(lines.output, ContainsSubstring("3 messages: 2 valid, 1 invalid"));
  CHECK(lines.peak_rss_kib - base < 100L * 1024 * kMemoryFactor);
}

TEST_CASE("a document of 64 MiB is judged when the bound allows it") {
  const TempDir directory;
  const auto path = directory / "large";
  write_large(path, R"({"a":")", 64 * kMegabyte, "\"}");
  const auto outcome = validate({"--max-size", "100000000", "--json", path});
  CHECK(outcome.exit_code == 1);
  const auto document = require_document(outcome.output, "validate-message");
  CHECK(document["messages"][0]["findings"][0]["rule"] == "envelope-field-missing");
  CHECK(outcome.output.size() < 20'000);
}

// Not with AddressSanitizer, which keeps up to 256 MB of freed memory.
#ifndef __SANITIZE_ADDRESS__
TEST_CASE("a long stream takes no more memory than a short one") {
  const TempDir directory;
  const auto path = directory / "stream.ndjson";
  const auto write = [&](int lines) {
    std::ofstream file(path, std::ios::binary);
    for (int i = 0; i < lines; ++i) {
      file << "{\"payload\":[" << i << "]}\n";
    }
  };
  write(200);
  const auto few = validate({"--ndjson", "-o", "github", path});
  write(40'000);
  const auto many = validate({"--ndjson", "-o", "github", path});
  CHECK_THAT(many.output, ContainsSubstring("40000 messages: 40000 invalid"));
  CHECK(many.peak_rss_kib - few.peak_rss_kib < 4L * 1024 * kMemoryFactor);
}
#endif
