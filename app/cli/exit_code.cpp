#include "cli/exit_code.hpp"

#include <csignal>

namespace fogis::cli {

int exit_code_of(const Error& error, const StopEvent& stop) {
  switch (error.kind) {
    case ErrorKind::usage:
    case ErrorKind::configuration:
      return exit_code::kUsage;
    case ErrorKind::not_resolved:
    case ErrorKind::unreachable:
    case ErrorKind::timed_out:
    case ErrorKind::disconnected:
    case ErrorKind::protocol:
      return exit_code::kUnreachable;
    case ErrorKind::unauthenticated:
    case ErrorKind::forbidden:
    case ErrorKind::untrusted:
      return exit_code::kRefused;
    case ErrorKind::not_ready:
    case ErrorKind::rejected:
    case ErrorKind::invalid:
      return exit_code::kNegative;
    case ErrorKind::interrupted:
      return exit_code_of(stop);
    case ErrorKind::output:
    case ErrorKind::internal:
      break;
  }
  return exit_code::kInternal;
}

int exit_code_of(const StopEvent& stop) {
  return 128 + (stop.requested() ? stop.signal() : SIGINT);
}

}  // namespace fogis::cli
