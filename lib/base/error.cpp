#include "base/error.hpp"

#include <system_error>
#include <utility>

namespace fogis {

Error::Error() = default;
Error::Error(const Error& other) = default;
Error::Error(Error&& other) noexcept = default;
Error& Error::operator=(const Error& other) = default;
Error& Error::operator=(Error&& other) noexcept = default;
Error::~Error() = default;

std::string_view name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::configuration:
      return "configuration";
    case ErrorKind::not_resolved:
      return "not_resolved";
    case ErrorKind::unreachable:
      return "unreachable";
    case ErrorKind::timed_out:
      return "timed_out";
    case ErrorKind::disconnected:
      return "disconnected";
    case ErrorKind::protocol:
      return "protocol";
    case ErrorKind::unauthenticated:
      return "unauthenticated";
    case ErrorKind::forbidden:
      return "forbidden";
    case ErrorKind::untrusted:
      return "untrusted";
    case ErrorKind::not_ready:
      return "not_ready";
    case ErrorKind::rejected:
      return "rejected";
    case ErrorKind::invalid:
      return "invalid";
    case ErrorKind::interrupted:
      return "interrupted";
    case ErrorKind::output:
      return "output";
    case ErrorKind::internal:
      break;
  }
  return "internal";
}

std::string_view name(Phase phase) {
  switch (phase) {
    case Phase::usage:
      return "usage";
    case Phase::config:
      return "config";
    case Phase::start:
      return "start";
    case Phase::resolve:
      return "resolve";
    case Phase::connect:
      return "connect";
    case Phase::tls:
      return "tls";
    case Phase::auth:
      return "auth";
    case Phase::subscribe:
      return "subscribe";
    case Phase::http:
      return "http";
    case Phase::schema:
      return "schema";
    case Phase::output:
      return "output";
    case Phase::command:
      break;
  }
  return "command";
}

bool is_transient(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::not_resolved:
    case ErrorKind::unreachable:
    case ErrorKind::timed_out:
    case ErrorKind::disconnected:
    case ErrorKind::not_ready:
      return true;
    default:
      return false;
  }
}

Error make_error(ErrorKind kind, Phase phase, std::string message, std::string hint) {
  Error error;
  error.kind = kind;
  error.phase = phase;
  error.message = std::move(message);
  error.hint = std::move(hint);
  error.retryable = is_transient(kind);
  return error;
}

Error make_system_error(ErrorKind kind, Phase phase, std::string_view what, int errno_value,
                        std::string hint) {
  std::string message(what);
  message += ": ";
  message += describe_errno(errno_value);
  Error error = make_error(kind, phase, std::move(message), std::move(hint));
  error.system_errno = errno_value;
  return error;
}

std::string describe_errno(int errno_value) {
  return std::generic_category().message(errno_value);
}

}  // namespace fogis
