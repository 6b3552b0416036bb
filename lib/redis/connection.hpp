// One connection to a Redis server: opened whole or not at all, poisoned by the first fault.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "config/connection_settings.hpp"
#include "redis/command.hpp"
#include "redis/reply.hpp"
#include "redis/server_identity.hpp"
#include "redis/statistics.hpp"

namespace fogis::net {
class Stream;
enum class IoStatus : std::uint8_t;
}  // namespace fogis::net

namespace fogis::redis {

/// What happened while a connection was opened. A phase that was not needed has no time.
struct OpenReport {
  std::optional<std::chrono::nanoseconds> resolve;  ///< absent for numeric addresses and sockets
  std::chrono::nanoseconds connect{};
  std::optional<std::chrono::nanoseconds> tls;
  std::optional<std::chrono::nanoseconds> auth;  ///< AUTH/HELLO, SELECT and CLIENT SETNAME
  /// From the write of PING to its PONG, with Options::ping.
  std::optional<std::chrono::nanoseconds> ping;
  std::string address;      ///< what was dialled: `127.0.0.1:6379`, `[::1]:6379`, a path
  std::string tls_version;  ///< `TLSv1.3`; empty without TLS
  std::string tls_cipher;
  std::string name_refusal;  ///< why the server did not take our client name; empty when it did
  /// The peer closes the connection on CLIENT SETNAME or HELLO, so we connected without: it is
  /// probably a proxy (twemproxy does that), and closes on other commands as well.
  bool likely_proxy = false;
  ServerIdentity server;  ///< what answers, as far as HELLO tells; see identify() for more
};

/// A connection that has been resolved, connected, encrypted, authenticated and set up.
///
/// An I/O or protocol fault, a passed deadline or an interruption while a reply is outstanding
/// poisons it: later replies could be taken for answers to other commands, so every further call
/// fails with `disconnected`. An error reply of the server does not. Move-only; closes its socket
/// when destroyed. Not thread-safe: one thread at a time.
class Connection {
public:
  struct Options {
    ReplyLimits limits = {};
    std::shared_ptr<Statistics> statistics = nullptr;  ///< may be null
    /// Also wants PING answered, until then. It is written with the set-up, so that it costs no
    /// round trip.
    std::optional<Deadline> ping = std::nullopt;
  };

  /// Resolves, connects, does TLS, HELLO or AUTH, CLIENT SETNAME and SELECT, all under `deadline`.
  /// A server that refuses CLIENT SETNAME alone is accepted (managed services do): see the report.
  /// A peer that closes the connection instead of answering is tried once more, with no more than
  /// AUTH, SELECT and PING.
  /// What answers is asked in the same round trip (a server before 6.0: in one more). Settings that
  /// need no set-up at all send nothing, and nothing is then known of the server.
  /// Errors: not_resolved, unreachable, timed_out, disconnected, protocol (also a plain server
  /// behind TLS), untrusted, configuration (unreadable certificate files, unix path too long,
  /// database out of range), unauthenticated, forbidden, not_ready, interrupted; rejected, also for
  /// a Sentinel, whose masters the message names. With Options::ping also what the server answers
  /// to PING instead of PONG. The phase tells where.
  static Result<Connection> open(const config::ConnectionSettings& settings,
                                 const Deadline& deadline, const Options& options);
  static Result<Connection> open(const config::ConnectionSettings& settings,
                                 const Deadline& deadline) {
    return open(settings, deadline, Options{});
  }

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Sends one command and waits for its reply. An error reply is a value.
  /// Errors: timed_out, disconnected, protocol, interrupted; each poisons.
  Result<Reply> command(Arguments arguments, const Deadline& deadline);
  Result<Reply> command(std::initializer_list<std::string_view> arguments,
                        const Deadline& deadline) {
    return command(Arguments(arguments.begin(), arguments.size()), deadline);
  }

  /// Sends all commands of the pipeline and returns one reply for each, in order. Reads while it
  /// writes, so its size is bounded by memory alone.
  /// Errors: as command(); the replies that had arrived are lost with the connection.
  Result<std::vector<Reply>> run(const Pipeline& pipeline, const Deadline& deadline);

  /// Sends without waiting for a reply: for subscriptions, whose acknowledgements come as messages.
  /// Errors: as command().
  Result<void> send(Arguments arguments, const Deadline& deadline);

  /// The next reply or push that the server sends. Unlike command(), running into the deadline here
  /// does not poison: nothing is outstanding on a subscriber. Neither does an interruption.
  /// Errors: timed_out, interrupted; disconnected, protocol (these poison).
  Result<Reply> receive(const Deadline& deadline);

  /// \name For streams of short replies
  /// What a bulk publisher and a subscriber under load need instead of a call for each reply. None
  /// of these waits but await().
  /// @{

  /// Bytes that have arrived, when they are at the beginning of a reply; else empty. Valid until
  /// the next call.
  [[nodiscard]] std::string_view arrived() const;
  /// Passes over the first `bytes` of arrived(), which must be `replies` whole replies.
  void consume(std::size_t bytes, std::size_t replies);
  /// The next reply or push that has arrived whole, if any.
  /// Errors: disconnected (poisoned before), protocol, which poisons.
  Result<std::optional<Reply>> take_arrived();
  /// Writes a first part of `bytes` and returns how much that is: 0 when the peer takes no more for
  /// now. A command of which the last byte was not counted cannot have reached the server whole.
  /// Errors: disconnected. Does not poison: replies to what was written before may still be read.
  Result<std::size_t> write_some(std::string_view bytes);
  /// Waits until there is something to read, or with `to_write` also until something can be
  /// written, and reads what is there. Reads even when the last write failed.
  /// Errors: timed_out, interrupted; disconnected, protocol (these two poison).
  Result<void> await(bool to_write, const Deadline& deadline);
  /// @}

  /// Whether the next command can be trusted to get its own reply: not poisoned, the peer has not
  /// closed, and nothing unasked-for has arrived. Does not block; one system call.
  [[nodiscard]] bool is_clean();

  [[nodiscard]] bool poisoned() const { return poisoned_; }
  /// Makes every further use fail. For owners that know better, e.g. after entering pub/sub mode.
  void poison() { poisoned_ = true; }

  [[nodiscard]] const OpenReport& report() const { return report_; }
  /// The redacted address, for messages.
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }

private:
  Connection(std::unique_ptr<net::Stream> stream, OpenReport report, std::string endpoint,
             const Options& options);

  enum class Pushes : bool { skipped, wanted };
  enum class SetUp : bool { full, bare };

  static Result<Connection> try_open(const config::ConnectionSettings& settings,
                                     const Deadline& deadline, const Options& options,
                                     SetUp extent);

  Result<void> set_up(const config::ConnectionSettings& settings, const Deadline& deadline,
                      SetUp extent, const std::optional<Deadline>& ping);
  Result<std::vector<Reply>> run_introduction(const Pipeline& commands, const Deadline& deadline,
                                              const std::optional<Deadline>& ping,
                                              const Secret& secret);
  Result<void> refuse_sentinel(const Deadline& deadline);
  Result<void> check_usable() const;
  Result<void> finish_exchange(std::size_t operations);
  Result<std::optional<Reply>> take_reply(Pushes pushes);
  Result<Reply> next_reply(const Deadline& deadline, Pushes pushes = Pushes::skipped);
  Result<Reply> last_words(Error write_error);
  Result<void> write_all(std::string_view bytes, const Deadline& deadline,
                         std::vector<Reply>* replies = nullptr);
  Result<void> read_some();
  Result<void> wait(short events, const Deadline& deadline, std::string_view what);
  [[nodiscard]] Result<void> check_time(const Deadline& deadline, std::string_view what) const;
  Error io_fault(net::IoStatus status) const;
  Error unasked_reply() const;
  Error fault(Error error);

  std::unique_ptr<net::Stream> stream_;
  ReplyReader reader_;
  OpenReport report_;
  std::string endpoint_;
  std::string outgoing_;
  std::shared_ptr<Statistics> statistics_;
  Phase phase_ = Phase::command;
  short read_events_ = POLLIN;  // POLLOUT while TLS has to write before it can read
  bool heard_ = false;          // whether the peer has ever sent anything
  bool poisoned_ = false;
};

}  // namespace fogis::redis
