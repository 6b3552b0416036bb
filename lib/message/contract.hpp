// Judges messages against the FOGIS contract: is it well formed, and what will its reader make of
// it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/finding.hpp"
#include "message/shape.hpp"

namespace fogis::message {

/// Whatever a document holds, judging it takes at most max_size plus 180 bytes for each of
/// max_values.
struct JudgeOptions {
  Reader reader = Reader::contract;
  std::size_t max_size = 16UL * 1024 * 1024;  ///< bytes; the largest real message has about 6 MB
  std::size_t max_depth = 64;  ///< nested arrays and objects, 512 at most; real messages have 8
  std::size_t max_values = 500'000;  ///< of any kind; 1000 real matches have 240,000
  std::size_t max_findings = 50;     ///< kept in a Judgement; the rest is only counted
  /// The moment that counts as now; the system's clock when absent.
  std::optional<std::chrono::system_clock::time_point> now = std::nullopt;
  std::chrono::seconds future_tolerance = std::chrono::minutes(5);  ///< clocks may differ this much
  std::chrono::seconds max_age = std::chrono::hours(365 * 24);      ///< older timestamps are errors
  /// The type that the message must have; any known one when absent. A message of another type is
  /// judged as this one as well.
  std::optional<Type> as = std::nullopt;
};

struct Summary;

/// The verdict on one message.
struct Judgement {
  /// What is wrong with the bytes, then by the rules, then by the schema; at most max_findings.
  std::vector<Finding> findings;
  std::size_t errors = 0;    ///< all of them, also those that are not in `findings`
  std::size_t warnings = 0;  ///< likewise
  /// Whether the JSON Schema of its type and version accepts the message, taken for itself: what
  /// any draft 7 validator would say. False when there is no schema for it.
  bool schema_valid = false;
  std::optional<Type> type;    ///< as far as it could be told
  std::optional<Shape> shape;  ///< likewise
  std::string message_id;      ///< as it came, cut to 64 bytes; empty when there is none

  /// No error; warnings are allowed.
  [[nodiscard]] bool valid() const { return errors == 0; }
  /// Number of findings that were counted but not kept.
  [[nodiscard]] std::size_t omitted() const { return errors + warnings - findings.size(); }
};

/// Judges one document, which may be anything at all: never throws, never fails. Thread-safe.
/// Time is linear in the size. The schemas that it uses are compiled at their first use and kept.
/// `summary`, where given, is filled from the same reading.
Judgement judge(std::string_view document, const JudgeOptions& options = {},
                Summary* summary = nullptr);

/// The judgement on a document of `size` bytes that was not even kept, because that is more than
/// options.max_size. Thread-safe.
Judgement refuse_too_large(std::uint64_t size, const JudgeOptions& options);

/// Judges a stream of messages: each by itself, and whether its message_id was seen before. The
/// memory for that is bounded: the last `window` ids are known. Not thread-safe.
class Judge {
public:
  static constexpr std::size_t kDefaultWindow = 10'000;

  explicit Judge(JudgeOptions options, std::size_t window = kDefaultWindow);
  ~Judge();
  Judge(Judge&&) noexcept;
  Judge& operator=(Judge&&) noexcept;

  /// As the function above; a repeated message_id adds a warning. The channels that the calendar
  /// listens to count as one, each other one for itself: the same message on two channels of which
  /// the calendar hears one is handled once.
  /// \param channel where the document was received; empty when that is not known.
  Judgement judge(std::string_view document, std::string_view channel = {},
                  Summary* summary = nullptr);

private:
  class Window;
  JudgeOptions options_;
  std::unique_ptr<Window> window_;
};

}  // namespace fogis::message
