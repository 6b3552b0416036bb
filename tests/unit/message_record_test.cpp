#include "message/record.hpp"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "base/timestamp.hpp"
#include "message/record_file.hpp"
#include "support/results.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using namespace fogis;
using namespace fogis::message;
using namespace fogis::testing;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::system_clock::time_point kNoon =
    std::chrono::sys_days(std::chrono::year(2031) / 2 / 3) + 12h + 1234567us;

RecordHeader header() {
  return {kNoon, "redis://h:6379", {"a", "b"}, {"p:*"}};
}

std::string message_line(std::string_view channel, std::string_view payload,
                         std::string_view pattern = {}) {
  std::string line;
  append_recorded_message(line, format_timestamp_us(kNoon), channel, pattern, payload);
  REQUIRE_THAT(line, EndsWith("\n"));
  line.pop_back();
  CHECK(line.find('\n') == std::string::npos);
  return line;
}

}  // namespace

TEST_CASE("a recorded message comes back to the byte and the microsecond") {
  std::string all_bytes;
  for (int code = 0; code < 256; ++code) {
    all_bytes += static_cast<char>(code);
  }
  const auto payload = GENERATE_COPY(std::string(), std::string("{\"a\":\"\\u0041\"}\r\n"),
                                     std::string("\x00\x1b[0m\x7f", 6), all_bytes,
                                     std::string("\xEF\xBB\xBF\u00e5"), std::string(300'000, 'x'));
  const auto line = message_line(all_bytes, payload, "f*\xFF");
  const auto read = std::get<RecordedMessage>(require_ok(parse_record_line(line)));
  CHECK(read.payload == payload);
  CHECK(read.channel == all_bytes);
  CHECK(read.pattern == "f*\xFF");
  CHECK(read.received == kNoon);
}

TEST_CASE("a record line is plain JSON where the bytes are text") {
  CHECK(message_line("c", "hej \u00e5") ==
        R"({"received":"2031-02-03T12:00:01.234567Z","channel":"c","payload":"hej )"
        "\u00e5\"}");
  CHECK_THAT(message_line("c", "\xFF"), EndsWith(R"("payload_base64":"/w=="})"));
}

TEST_CASE("head and gap come back") {
  auto line = format_record_header(header());
  line.pop_back();
  const auto head = std::get<RecordHeader>(require_ok(parse_record_line(line)));
  CHECK(head.started == kNoon);
  CHECK(head.endpoint == "redis://h:6379");
  CHECK(head.channels == std::vector<std::string>{"a", "b"});
  CHECK(head.patterns == std::vector<std::string>{"p:*"});
  line = format_recorded_gap({kNoon, kNoon + 5s});
  line.pop_back();
  const auto gap = std::get<RecordedGap>(require_ok(parse_record_line(line)));
  CHECK(gap.from == kNoon);
  CHECK(gap.to == kNoon + 5s);
}

TEST_CASE("a line that is no record line is refused") {
  const auto whole = message_line("c", "p");
  const auto line = GENERATE_COPY(
      std::string(), std::string("text"), whole.substr(0, whole.size() / 2), whole + "x",
      std::string("[]"), std::string("{}"), std::string(R"({"received":"x","channel":"c"})"),
      std::string(R"({"received":"2031-02-03T12:00:01","channel":"c","payload":"p"})"),
      std::string(R"({"received":"2999-02-03T12:00:01Z","channel":"c","payload":"p"})"),
      std::string(R"({"received":"1899-02-03T12:00:01Z","channel":"c","payload":"p"})"),
      std::string(R"({"received":"2031-02-03T12:00:01Z","channel":"c","payload":5})"),
      std::string(R"({"received":"2031-02-03T12:00:01Z","channel":"c","payload_base64":"?"})"),
      std::string(R"({"kind":"fogis-redis/ping","version":1})"),
      std::string(R"({"kind":"fogis-redis/record","version":2})"), std::string(R"({"gap":5})"),
      std::string(R"({"gap":{"from":"2031-02-03T12:00:01Z"}})"), std::string(100'000, '['));
  CAPTURE(line.substr(0, 100));
  const auto error = require_error(parse_record_line(line), ErrorKind::invalid);
  CHECK(error.message.size() < 300);
}

TEST_CASE("a record file is added to, also behind a torn line") {
  const TempDir directory;
  const auto path = directory / "r.ndjson";
  {
    auto file = require_ok(RecordFile::open(path, header()));
    require_ok(file.add(kNoon, "c", "", "one"));
    require_ok(file.finish());
    CHECK(file.messages() == 1);
  }
  const auto first = read_file(path);
  directory.write("r.ndjson", first + R"({"received":"2031-02)");
  {
    auto file = require_ok(RecordFile::open(path, header()));
    require_ok(file.add(kNoon, "c", "", "two"));
    require_ok(file.add(RecordedGap{kNoon, kNoon}));
    require_ok(file.finish());
  }
  const auto content = read_file(path);
  CHECK(content.starts_with(first + "{\"received\":\"2031-02\n{\"kind\""));
  CHECK_THAT(content, ContainsSubstring("\"payload\":\"two\"}\n{\"gap\""));
}

TEST_CASE("what is committed is in the file, though the process may be killed any moment") {
  const TempDir directory;
  auto file = require_ok(RecordFile::open(directory / "r", header()));
  const auto empty = read_file(directory / "r").size();
  CHECK(empty > 0);
  require_ok(file.add(kNoon, "c", "", "payload"));
  require_ok(file.commit());
  CHECK(read_file(directory / "r").size() > empty);
}

TEST_CASE("a file that is no record, or no file, is not written to") {
  const TempDir directory;
  directory.write("other", "my diary\n");
  require_error(RecordFile::open(directory / "other", header()), ErrorKind::usage);
  CHECK(read_file(directory / "other") == "my diary\n");
  require_error(RecordFile::open(directory.path(), header()), ErrorKind::usage);
  require_error(RecordFile::open((directory / "none") + "/r", header()), ErrorKind::usage);
  REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
  require_error(RecordFile::open(directory / "fifo", header()), ErrorKind::usage);
  require_error(RecordFile::open("/dev/null", header()), ErrorKind::usage);
}

TEST_CASE("a record file that vanished is told of at the end") {
  const TempDir directory;
  auto file = require_ok(RecordFile::open(directory / "r", header()));
  std::filesystem::remove(directory / "r");
  require_ok(file.add(kNoon, "c", "", "x"));
  const auto error = require_error(file.finish(), ErrorKind::output);
  CHECK_THAT(error.message, ContainsSubstring("removed"));
}
