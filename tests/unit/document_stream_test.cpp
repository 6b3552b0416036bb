#include "message/document_stream.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"

namespace fogis::message {
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
  std::size_t line;
  bool too_large;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> read_all(const std::string& text, Layout layout, std::size_t max_size,
                           std::size_t piece) {
  const Source source(text, piece);
  DocumentStream stream(source.descriptor(), layout, max_size, nullptr);
  std::vector<Seen> seen;
  while (true) {
    const auto document = stream.next();
    REQUIRE(document);
    if (!*document) {
      return seen;
    }
    seen.push_back({std::string((*document)->text), (*document)->size, (*document)->line,
                    (*document)->too_large});
  }
}

}  // namespace

TEST_CASE("lines are documents, blank ones are skipped but counted") {
  for (const std::size_t piece : {1UL, 2UL, 3UL, 100UL}) {
    CAPTURE(piece);
    CHECK(read_all("{}\n\n  \t\r\n[1]\r\n\nlast", Layout::lines, 100, piece) ==
          std::vector<Seen>{{"{}", 2, 1, false}, {"[1]\r", 4, 4, false}, {"last", 4, 6, false}});
  }
  CHECK(read_all("", Layout::lines, 100, 1).empty());
  CHECK(read_all("\n \n", Layout::lines, 100, 1).empty());
}

TEST_CASE("a line that is too large is measured, and the next ones are read") {
  const std::string large(1'000'000, 'x');
  for (const std::size_t piece : {1000UL, 65536UL, 700'000UL}) {
    CAPTURE(piece);
    CHECK(read_all("a\n" + large + "\nb\n" + large, Layout::lines, 10, piece) ==
          std::vector<Seen>{{"a", 1, 1, false},
                            {"", 1'000'000, 2, true},
                            {"b", 1, 3, false},
                            {"", 1'000'000, 4, true}});
  }
}

TEST_CASE("a size of exactly the bound is allowed, a byte more is not") {
  CHECK(read_all("12345\n123456\n", Layout::lines, 5, 100) ==
        std::vector<Seen>{{"12345", 5, 1, false}, {"", 6, 2, true}});
  CHECK(read_all("12345", Layout::whole, 5, 100) == std::vector<Seen>{{"12345", 5, 1, false}});
  CHECK(read_all("123456", Layout::whole, 5, 1) == std::vector<Seen>{{"", 6, 1, true}});
}

TEST_CASE("a whole stream is one document, also when it is empty") {
  CHECK(read_all("a\nb\n\n", Layout::whole, 100, 2) ==
        std::vector<Seen>{{"a\nb\n\n", 5, 1, false}});
  CHECK(read_all("", Layout::whole, 100, 2) == std::vector<Seen>{{"", 0, 1, false}});
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
  DocumentStream stream(read.get(), Layout::lines, 100, &*stop);
  const auto document = stream.next();
  signal.join();
  REQUIRE_FALSE(document);
  CHECK(document.error().kind == ErrorKind::interrupted);
}

TEST_CASE("a stream that cannot be read is a usage error with the system's number") {
  const UniqueFd write_only(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  REQUIRE(write_only);
  DocumentStream stream(write_only.get(), Layout::whole, 100, nullptr);
  const auto document = stream.next();
  REQUIRE_FALSE(document);
  CHECK(document.error().kind == ErrorKind::usage);
  CHECK(document.error().system_errno == EBADF);
}

}  // namespace fogis::message
