#include "message/record.hpp"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <filesystem>
#include <sstream>
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

TEST_CASE("a line that cannot be read is cut off only where its end is missing") {
  const auto whole = message_line("c", "p \u00e5");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(is_cut_off(whole.substr(0, size)));
  }
  const auto damaged =
      GENERATE_COPY(std::string(), std::string("text"), whole + "x", std::string("{}"), "x" + whole,
                    std::string("[1,"), whole.substr(0, 30) + std::string(3, '\0'),
                    std::string("{\"a\":\xFF\xFE"));
  CHECK_FALSE(is_cut_off(damaged));
}

namespace {

/// A recording, and what it was told of its file.
struct Recording {
  TempDir directory;
  std::string path = directory / "r";
  std::vector<RecordChange> changes;
  RecordFile file = require_ok(RecordFile::open(
      path, header(), [this](const RecordChange& change) { changes.push_back(change); }));
  std::string head = read_file(path);

  Recording() {
    require_ok(file.add(kNoon, "c", "", "one"));
    require_ok(file.commit());
    require_ok(file.add(kNoon, "c", "", "two"));
    require_ok(file.commit());
  }

  /// The payloads and heads in the file.
  [[nodiscard]] std::string content(const std::string& name) const {
    std::string text;
    std::istringstream lines(read_file(directory / name));
    for (std::string line; std::getline(lines, line);) {
      const auto parsed = require_ok(parse_record_line(line));
      const auto* const message = std::get_if<RecordedMessage>(&parsed);
      text += (message != nullptr ? message->payload : "head") + " ";
    }
    return text;
  }
};

}  // namespace

TEST_CASE("a record file that is moved is followed by a new one") {
  Recording recording;
  std::filesystem::rename(recording.path, recording.directory / "r.1");
  require_ok(recording.file.add(kNoon, "c", "", "three"));
  require_ok(recording.file.finish());
  REQUIRE(recording.changes.size() == 1);
  CHECK(recording.changes[0].kind == RecordChange::Kind::moved);
  CHECK(recording.content("r.1") == "head one two ");
  CHECK(recording.content("r") == "head three ");
  CHECK(recording.file.messages() == 3);
}

TEST_CASE("a record file that is removed takes its messages with it, which is told at once") {
  Recording recording;
  std::filesystem::remove(recording.path);
  require_ok(recording.file.check());
  REQUIRE(recording.changes.size() == 1);
  CHECK(recording.changes[0].kind == RecordChange::Kind::removed);
  CHECK(recording.changes[0].lost == 2);
  require_ok(recording.file.add(kNoon, "c", "", "three"));
  const auto error = require_error(recording.file.finish(), ErrorKind::output);
  CHECK_THAT(error.message, ContainsSubstring("removed or cut") && ContainsSubstring("2 messages"));
  CHECK(recording.content("r") == "head three ");
  CHECK(recording.file.messages() == 1);
}

TEST_CASE("a record file that is cut goes on with a new head, and counts what is left") {
  Recording recording;
  const auto whole = read_file(recording.path).size();
  const auto head = recording.head.size();
  const auto message = (whole - head) / 2;
  const auto [size, kept, content] = GENERATE_COPY(table<std::size_t, std::uint64_t, std::string>(
      {{0, 0, "head three "},
       {5, 0, "head three "},
       {head, 0, "head head three "},
       {whole - message, 1, "head one head three "}}));
  std::filesystem::resize_file(recording.path, size);
  require_ok(recording.file.add(kNoon, "c", "", "three"));
  require_ok(recording.file.commit());
  REQUIRE(recording.changes.size() == 1);
  CHECK(recording.changes[0].kind == RecordChange::Kind::cut);
  CHECK(recording.changes[0].lost == 2 - kept);
  CHECK(recording.content("r") == content);
  CHECK(recording.file.messages() == kept + 1);
  require_error(recording.file.finish(), ErrorKind::output);
}

TEST_CASE("a record file that is cut within a line keeps the torn line apart") {
  Recording recording;
  std::filesystem::resize_file(recording.path, read_file(recording.path).size() - 3);
  require_ok(recording.file.check());
  CHECK(recording.changes[0].lost == 1);
  CHECK_THAT(read_file(recording.path), ContainsSubstring("two\n{\"kind\""));
}

TEST_CASE("two recordings may share a file") {
  Recording recording;
  auto other = require_ok(RecordFile::open(recording.path, header()));
  require_ok(other.add(kNoon, "c", "", "theirs"));
  require_ok(other.finish());
  require_ok(recording.file.add(kNoon, "c", "", "three"));
  require_ok(recording.file.finish());
  CHECK(recording.changes.empty());
  CHECK(recording.content("r") == "head one two head theirs three ");
}

TEST_CASE("where another file has taken the name, the recording ends") {
  Recording recording;
  std::filesystem::rename(recording.path, recording.directory / "r.1");
  recording.directory.write("r", "my diary\n");
  const auto error = require_error(recording.file.check(), ErrorKind::output);
  CHECK_THAT(error.message, ContainsSubstring("it is not a record"));
  CHECK(read_file(recording.path) == "my diary\n");
  CHECK(recording.file.messages() == 2);
}
