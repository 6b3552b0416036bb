// Judged messages in every format, written while they are judged; the renderers are in the table of
// output/format.hpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/input.hpp"
#include "checks/report.hpp"
#include "message/contract.hpp"
#include "output/format.hpp"
#include "output/style.hpp"
#include "output/writer.hpp"

namespace fogis::output {

/// A message with its verdict.
struct JudgedMessage {
  std::string_view file;   ///< as it was named; "-" for stdin
  std::size_t line = 1;    ///< of the file, where the message begins
  std::uint64_t size = 0;  ///< bytes
  message::Judgement judgement = {};
  std::vector<std::size_t> lines = {};  ///< of the file, one for each finding
};

/// Messages counted by their verdict, and their findings.
struct MessageCounts {
  std::uint64_t messages = 0;
  std::uint64_t invalid = 0;
  std::uint64_t warned = 0;  ///< valid, but with a warning
  std::uint64_t errors = 0;  ///< findings, also those that were not kept
  std::uint64_t warnings = 0;

  void add(const message::Judgement& judgement);
  void add(const MessageCounts& other);
};

/// A file that was read to its end, or as far as it could be.
struct JudgedFile {
  std::string_view name;  ///< "-" for stdin
  Input::Layout layout = Input::Layout::whole;
  MessageCounts counts = {};
  std::optional<Error> error = std::nullopt;  ///< why it could not be read, wholly or at all
  std::chrono::nanoseconds duration{};
};

/// The whole run.
struct JudgedRun {
  MessageCounts counts;
  std::size_t files = 0;
  std::size_t unreadable = 0;
  bool interrupted = false;
  std::chrono::nanoseconds duration{};

  /// All could be read, there was a message, and none is invalid.
  [[nodiscard]] bool passed() const;
};

/// How much of it is shown.
struct MessageReportOptions {
  message::Reader reader = message::Reader::contract;
  std::chrono::system_clock::time_point started;
  bool quiet = false;    ///< only what is wrong, in a line each
  bool verbose = false;  ///< also each valid message of a stream
};

/// Takes what is found in the order of reading, and writes a report of one form. Memory is bounded:
/// forms that need all of it before they can write keep some hundred findings and count the rest.
/// Not thread-safe.
class MessageReport {
public:
  MessageReport() = default;
  MessageReport(const MessageReport&) = delete;
  MessageReport& operator=(const MessageReport&) = delete;
  virtual ~MessageReport() = default;

  /// Before anything else.
  virtual void begin() {}
  virtual void add(const JudgedMessage& message) = 0;
  /// After the messages of the file.
  virtual void end_file(const JudgedFile& file) = 0;
  virtual void end(const JudgedRun& run) = 0;
};

/// Where a report of one format goes, and how.
struct MessageSink {
  Writer& out;  ///< must outlive the report
  const Style& style;
  MessageReportOptions options;
};

// What the forms share. Nothing of it is escaped but what judge() escaped.

/// The file's name, or "stdin".
std::string_view shown_name(std::string_view file);
/// `name:line`.
std::string place_of(const JudgedMessage& message, std::size_t finding);
/// `schema-version-in-payload (D1)`.
std::string rule_of(const message::Finding& finding);
/// `match_updates, corrected`, as far as it could be told.
std::string kind_of(const message::Judgement& judgement);
/// `3 messages: 1 valid, 2 invalid; 4 errors, 1 warning`.
std::string counts_text(const MessageCounts& counts);
/// fail when one is invalid or there is none, warn when one has a warning.
checks::Status status_of(const MessageCounts& counts);
/// counts_text() for the run, with the number of files and the time it took.
std::string run_text(const JudgedRun& run);
/// `PASS`, `FAIL` or `INTERRUPTED`.
std::string_view verdict_word(const JudgedRun& run);

}  // namespace fogis::output
