#include "base/input.hpp"

#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "support/results.hpp"
#include "support/temp_dir.hpp"

namespace fogis {
namespace {

/// A pipe whose writing end is fed by a thread, in pieces of any size.
class Source {
public:
  Source(std::string text, std::size_t piece) {
    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    read_.reset(ends[0]);
    writer_ = std::thread([text = std::move(text), piece, write = UniqueFd(ends[1])] {
      for (std::size_t at = 0; at < text.size(); at += piece) {
        const auto part = std::string_view(text).substr(at, piece);
        if (::write(write.get(), part.data(), part.size()) < 0) {
          return;
        }
      }
    });
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() {
    read_.reset();
    writer_.join();
  }
  [[nodiscard]] int descriptor() const { return read_.get(); }

private:
  UniqueFd read_;
  std::thread writer_;
};

struct Seen {
  std::string text;
  std::uint64_t size;
  std::uint64_t line;
  bool too_large;
  bool operator==(const Seen&) const = default;
};

Input input_of(UniqueFd file, Input::Layout layout, std::size_t largest) {
  return {std::move(file),
          "pipe",
          nullptr,
          {.layout = layout, .largest = largest, .pass_larger = true, .skip_blank = true}};
}

std::vector<Seen> read_all(const std::string& text, Input::Layout layout, std::size_t max_size,
                           std::size_t piece) {
  const Source source(text, piece);
  auto stream = input_of(UniqueFd(::dup(source.descriptor())), layout, max_size);
  std::vector<Seen> seen;
  while (true) {
    const auto document = stream.next();
    REQUIRE(document);
    if (!*document) {
      return seen;
    }
    seen.push_back({std::string((*document)->text), (*document)->size, (*document)->number,
                    (*document)->too_large});
  }
}

}  // namespace

TEST_CASE("lines are documents, blank ones are skipped but counted") {
  for (const std::size_t piece : {1UL, 2UL, 3UL, 100UL}) {
    CAPTURE(piece);
    CHECK(read_all("{}\n\n  \t\r\n[1]\r\n\nlast", Input::Layout::lines, 100, piece) ==
          std::vector<Seen>{{"{}", 2, 1, false}, {"[1]\r", 4, 4, false}, {"last", 4, 6, false}});
  }
  CHECK(read_all("", Input::Layout::lines, 100, 1).empty());
  CHECK(read_all("\n \n", Input::Layout::lines, 100, 1).empty());
}

TEST_CASE("a line that is too large is measured, and the next ones are read") {
  const std::string large(1'000'000, 'x');
  for (const std::size_t piece : {1000UL, 65536UL, 700'000UL}) {
    CAPTURE(piece);
    CHECK(read_all("a\n" + large + "\nb\n" + large, Input::Layout::lines, 10, piece) ==
          std::vector<Seen>{{"a", 1, 1, false},
                            {"", 1'000'000, 2, true},
                            {"b", 1, 3, false},
                            {"", 1'000'000, 4, true}});
  }
}

TEST_CASE("a size of exactly the limit is allowed, a byte more is not") {
  CHECK(read_all("12345\n123456\n", Input::Layout::lines, 5, 100) ==
        std::vector<Seen>{{"12345", 5, 1, false}, {"", 6, 2, true}});
  CHECK(read_all("12345", Input::Layout::whole, 5, 100) ==
        std::vector<Seen>{{"12345", 5, 1, false}});
  CHECK(read_all("123456", Input::Layout::whole, 5, 1) == std::vector<Seen>{{"", 6, 1, true}});
}

TEST_CASE("a whole stream is one document, also when it is empty") {
  CHECK(read_all("a\nb\n\n", Input::Layout::whole, 100, 2) ==
        std::vector<Seen>{{"a\nb\n\n", 5, 1, false}});
  CHECK(read_all("", Input::Layout::whole, 100, 2) == std::vector<Seen>{{"", 0, 1, false}});
}

TEST_CASE("waiting for more of a document ends when a stop is requested") {
  int ends[2] = {};
  REQUIRE(::pipe(ends) == 0);
  const UniqueFd read(ends[0]);
  const UniqueFd write(ends[1]);
  REQUIRE(::write(write.get(), "half", 4) == 4);
  auto stop = StopEvent::create();
  REQUIRE(stop);
  std::thread signal([&] { stop->request(SIGTERM); });
  Input stream(UniqueFd(::dup(read.get())), "pipe", &*stop, {});
  const auto document = stream.next();
  signal.join();
  REQUIRE_FALSE(document);
  CHECK(document.error().kind == ErrorKind::interrupted);
}

TEST_CASE("a stream that cannot be read is a usage error with the system's reason") {
  UniqueFd write_only(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  REQUIRE(write_only);
  Input stream(std::move(write_only), "name", nullptr, {});
  const auto document = stream.next();
  REQUIRE_FALSE(document);
  CHECK(document.error().kind == ErrorKind::usage);
  CHECK(document.error().message == "cannot read \"name\": Bad file descriptor");
}

TEST_CASE("a part that is too large is an error where it is not to be passed over") {
  const auto message_of = [](const std::string& text, const Input::Options& options) {
    const Source source(text, 100);
    Input input(UniqueFd(::dup(source.descriptor())), "-", nullptr, options);
    auto part = input.next();
    while (part && *part) {
      part = input.next();
    }
    return part ? std::string() : part.error().message;
  };
  CHECK(message_of("12345\n\n123456", {.largest = 5}) ==
        "cannot read stdin: line 3 is longer than 5 bytes");
  CHECK(message_of("12345\n\n12345", {.largest = 5}).empty());
  CHECK(message_of("123\n56", {.layout = Input::Layout::whole, .largest = 5}) ==
        "cannot read stdin: it is larger than 5 bytes");
}

TEST_CASE(
    "blank lines are returned where they are not to be skipped, and a file can be read twice") {
  const testing::TempDir directory;
  const auto path = (directory.path() / "lines").string();
  std::ofstream(path) << "a\n\nb";
  auto stop = StopEvent::create();
  REQUIRE(stop);
  auto input = testing::require_ok(Input::open(path, *stop));
  REQUIRE(input.is_regular());
  for (int round = 0; round < 2; ++round) {
    std::string seen;
    while (const auto part = testing::require_ok(input.next())) {
      seen += std::to_string(part->number) + std::string(part->text) + ";";
    }
    CHECK(seen == "1a;2;3b;");
    CHECK(input.ready());
    input.rewind();
  }
  CHECK(testing::require_ok(Input::read_whole(path, *stop, {})) == "a\n\nb");
  CHECK(testing::require_error(Input::open(directory.path().string(), *stop), ErrorKind::usage)
            .message.ends_with("it is a directory"));
}

TEST_CASE("a pipe without a writer ends the reading where the patience ends") {
  const auto stop = StopEvent::create();
  const testing::TempDir directory;
  const auto path = directory / "pipe";
  REQUIRE(::mkfifo(path.c_str(), S_IRUSR | S_IWUSR) == 0);
  const auto error = testing::require_error(
      Input::read_whole(path, *stop, {.patience = std::chrono::milliseconds(20)}),
      ErrorKind::usage);
  CHECK(error.message == path + ": nobody has written to this pipe for 20.0 ms");
  CHECK(error.hint.find("--timeout") != std::string::npos);
}

}  // namespace fogis
