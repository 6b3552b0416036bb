// Everything that goes to stderr: errors, warnings, steps and progress.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "config/config.hpp"
#include "output/style.hpp"
#include "output/writer.hpp"
#include "redis/statistics.hpp"

namespace fogis::output {

enum class Verbosity : std::uint8_t {
  quiet,    ///< errors only
  normal,   ///< errors with hints, notes, progress
  verbose,  ///< also warnings, each step with its time, and statistics
};

/// What a person reads beside the result. Texts may hold anything: they are escaped here. Not
/// thread-safe.
class Console {
public:
  /// `stop` may be null and must outlive the console.
  Console(int descriptor, Style style, Verbosity verbosity, const StopEvent* stop)
      : writer_(descriptor, stop), style_(style), verbosity_(verbosity) {}

  /// `error: cannot reach …: … (resolve, 12 ms)` and, unless quiet, `hint: …`.
  void error(const Error& error);
  /// `note: …`, unless quiet.
  void note(std::string_view text);
  /// When verbose: `warning: …` and `hint: …`.
  void warning(const config::Warning& warning);
  /// When verbose: one step and how long it took.
  void step(std::string_view what, std::chrono::nanoseconds span);
  /// When verbose: one line about what goes on.
  void detail(std::string_view text);
  /// When verbose: the counters of a client.
  void statistics(const redis::StatisticsSnapshot& statistics);

  [[nodiscard]] const Style& style() const { return style_; }
  [[nodiscard]] Verbosity verbosity() const { return verbosity_; }
  [[nodiscard]] bool quiet() const { return verbosity_ == Verbosity::quiet; }
  [[nodiscard]] bool verbose() const { return verbosity_ == Verbosity::verbose; }
  /// Text as it is, for what is already escaped.
  void raw(std::string_view text) { writer_.write(text); }

private:
  void labelled(Colour colour, std::string_view label, std::string_view text);

  Writer writer_;
  Style style_;
  Verbosity verbosity_;
};

/// An error in one line, not escaped: what was tried, what happened, in which phase and how long
/// it took.
std::string describe(const Error& error);

}  // namespace fogis::output
