#include "output/console.hpp"

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/text.hpp"

namespace fogis::output {
namespace {

/// What was tried, as the beginning of a sentence that the endpoint and the message end.
std::string_view attempt_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::not_resolved:
    case ErrorKind::unreachable:
      return "cannot reach";
    case ErrorKind::unauthenticated:
      return "cannot log in to";
    case ErrorKind::untrusted:
      return "cannot trust";
    case ErrorKind::timed_out:
    case ErrorKind::disconnected:
    case ErrorKind::protocol:
      return error.phase == Phase::command || error.phase == Phase::subscribe ? "lost"
                                                                              : "cannot reach";
    default:
      return {};
  }
}

/// Whether the phase tells a reader something that the message does not.
bool names_phase(Phase phase) {
  return phase == Phase::resolve || phase == Phase::connect || phase == Phase::tls ||
         phase == Phase::auth || phase == Phase::command || phase == Phase::subscribe;
}

}  // namespace

std::string describe(const Error& error) {
  std::string text;
  if (!error.endpoint.empty()) {
    const auto attempt = attempt_of(error);
    text = attempt.empty() ? fmt::format("{}: ", error.endpoint)
                           : fmt::format("{} {}: ", attempt, error.endpoint);
  }
  text += error.message;
  if (names_phase(error.phase) && error.elapsed) {
    text += fmt::format(" ({}, {})", name(error.phase), format_duration(*error.elapsed));
  } else if (names_phase(error.phase)) {
    text += fmt::format(" ({})", name(error.phase));
  }
  return text;
}

void Console::labelled(Colour colour, std::string_view label, std::string_view text) {
  writer_.write(fmt::format("{} {}\n", style_.paint(colour, label), escape_for_terminal(text)));
}

void Console::error(const Error& error) {
  labelled(Colour::red, "error:", describe(error));
  if (!quiet() && !error.hint.empty()) {
    labelled(Colour::bold, "hint:", error.hint);
  }
}

void Console::note(std::string_view text) {
  if (!quiet()) {
    labelled(Colour::bold, "note:", text);
  }
}

void Console::warning(const config::Warning& warning) {
  if (!verbose() && (quiet() || !warning.always)) {
    return;
  }
  labelled(Colour::yellow, "warning:", warning.message);
  if (!warning.hint.empty()) {
    labelled(Colour::bold, "hint:", warning.hint);
  }
}

void Console::step(std::string_view what, std::chrono::nanoseconds span) {
  if (verbose()) {
    writer_.write(fmt::format("{:<10} {}\n", escape_for_terminal(what), format_duration(span)));
  }
}

void Console::detail(std::string_view text) {
  if (verbose()) {
    writer_.write(escape_for_terminal(text) + "\n");
  }
}

void Console::statistics(const redis::StatisticsSnapshot& statistics) {
  detail(fmt::format("connections: {} tried, {} made, {} failed, {} to replace a lost one",
                     statistics.connections_tried, statistics.connections_made,
                     statistics.connections_failed, statistics.reconnects));
  detail(fmt::format("operations: {}; bytes: {} sent, {} received; in {}", statistics.operations,
                     statistics.bytes_sent, statistics.bytes_received,
                     format_duration(statistics.uptime)));
  if (statistics.last_error) {
    detail(fmt::format("last error: {}", describe(*statistics.last_error)));
  }
}

}  // namespace fogis::output
