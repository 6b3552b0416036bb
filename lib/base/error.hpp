// What went wrong, where, and what to do about it. Errors are values: nothing below main throws.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fogis {

/// The cause of a failure, as coarse as a caller needs it to decide: retry, exit code, hint.
enum class ErrorKind : std::uint8_t {
  usage,            ///< an option, an argument or a duration is wrong
  configuration,    ///< a variable, a URL or a file that configures us is wrong
  not_resolved,     ///< a host name has no address
  unreachable,      ///< refused, no route, no such socket
  timed_out,        ///< the deadline passed
  disconnected,     ///< the peer closed or reset an open connection
  protocol,         ///< what answers does not speak Redis, or broke its rules
  unauthenticated,  ///< NOAUTH, WRONGPASS: no or wrong credentials
  forbidden,        ///< NOPERM: the user may not do this
  untrusted,        ///< TLS: the certificate or its name was not accepted
  not_ready,        ///< LOADING, MASTERDOWN, BUSY, OOM, READONLY, maxclients
  rejected,         ///< any other error reply of the server
  invalid,          ///< an examined thing (a URL, a message) is not valid
  interrupted,      ///< SIGINT or SIGTERM
  output,           ///< a result could not be written
  internal,         ///< our own fault
};

/// What was being done when it failed.
enum class Phase : std::uint8_t {
  usage,
  config,
  start,  ///< starting a private server
  resolve,
  connect,
  tls,
  auth,
  command,
  subscribe,
  http,
  schema,
  output,
};

/// Stable snake_case name of a kind; the `code` in JSON.
std::string_view name(ErrorKind kind);

/// Stable name of a phase.
std::string_view name(Phase phase);

/// A failure. Every text in it is free of secrets when the value is built; text that came from the
/// network is kept as it came, and is escaped by whoever shows it.
struct Error {
  // Not inline: nearly every function moves and destroys errors, and their code would fill half of
  // the pages of the program that a short run touches.
  Error();
  Error(const Error& other);
  Error(Error&& other) noexcept;
  Error& operator=(const Error& other);
  Error& operator=(Error&& other) noexcept;
  ~Error();

  ErrorKind kind = ErrorKind::internal;
  Phase phase = Phase::command;
  std::string message;      ///< what happened, without a final full stop
  std::string endpoint;     ///< the redacted address it happened to; empty when there is none
  std::string hint;         ///< what to do next; empty when nothing useful can be said
  std::string server_code;  ///< first word of a Redis error reply ("WRONGPASS"); else empty
  int system_errno = 0;     ///< errno where the system failed; else 0
  bool retryable = false;   ///< whether the same attempt can succeed later
  std::optional<std::chrono::nanoseconds> elapsed;  ///< how long the failed phase took
};

/// An Error of the given kind and phase. Retryable is set from the kind (see is_transient).
Error make_error(ErrorKind kind, Phase phase, std::string message, std::string hint = {});

/// An Error from an errno value: the message is `what` followed by the system's description.
/// The kind is `kind`; errno is kept.
Error make_system_error(ErrorKind kind, Phase phase, std::string_view what, int errno_value,
                        std::string hint = {});

/// Whether failures of this kind can go away by themselves (a name that does not resolve yet, a
/// server that is starting), so that another attempt makes sense.
bool is_transient(ErrorKind kind);

/// The system's description of an errno value. Thread-safe, unlike strerror.
std::string describe_errno(int errno_value);

}  // namespace fogis
