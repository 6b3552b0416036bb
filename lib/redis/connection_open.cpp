// How a connection comes to be: resolve, connect, TLS, authentication and set-up.
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "net/dial.hpp"
#include "net/resolver.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"
#include "redis/connection.hpp"
#include "redis/server_error.hpp"

namespace fogis::redis {
namespace {

using config::ConnectionSettings;
using config::Transport;

/// Times a phase and gives its errors the time and the endpoint.
class PhaseTimer {
public:
  explicit PhaseTimer(const std::string& endpoint) : endpoint_(endpoint) {}

  [[nodiscard]] std::chrono::nanoseconds elapsed() const {
    return Deadline::Clock::now() - started_;
  }
  [[nodiscard]] tl::unexpected<Error> fail(Error error) const {
    error.endpoint = endpoint_;
    error.elapsed = elapsed();
    return failure(std::move(error));
  }

private:
  const std::string& endpoint_;
  Deadline::Clock::time_point started_ = Deadline::Clock::now();
};

Result<net::Dialled> dial(const ConnectionSettings& settings, const Deadline& deadline,
                          const std::string& endpoint, OpenReport& report) {
  const PhaseTimer resolving(endpoint);
  if (settings.transport == Transport::unix_socket) {
    auto dialled = net::dial_unix(settings.socket_path, deadline);
    report.connect = resolving.elapsed();
    return dialled ? std::move(dialled) : resolving.fail(std::move(dialled.error()));
  }
  auto resolution = net::resolve(settings.host, settings.port, deadline);
  if (!resolution) {
    return resolving.fail(std::move(resolution.error()));
  }
  if (resolution->looked_up) {
    report.resolve = resolving.elapsed();
  }
  const PhaseTimer connecting(endpoint);
  auto dialled = net::dial_tcp(resolution->addresses, deadline);
  report.connect = connecting.elapsed();
  return dialled ? std::move(dialled) : connecting.fail(std::move(dialled.error()));
}

Result<std::unique_ptr<net::Stream>> encrypt(UniqueFd socket, const ConnectionSettings& settings,
                                             const Deadline& deadline, const std::string& endpoint,
                                             OpenReport& report) {
  if (settings.transport != Transport::tls) {
    return net::make_plain_stream(std::move(socket));
  }
  const PhaseTimer timer(endpoint);
  auto handshake = net::start_tls(std::move(socket), settings.tls, settings.host, deadline);
  if (!handshake) {
    return timer.fail(std::move(handshake.error()));
  }
  report.tls = timer.elapsed();
  report.tls_version = std::move(handshake->version);
  report.tls_cipher = std::move(handshake->cipher);
  return std::move(handshake->stream);
}

/// The commands that introduce us, in one pipeline, and which reply is whose. -1: not sent.
struct Introduction {
  Pipeline commands;
  int hello = -1;
  int auth = -1;
  int name = -1;
  int database = -1;
  int identity = -1;
  int ping = -1;

  int add(Arguments arguments) {
    commands.add(arguments);
    return static_cast<int>(commands.size()) - 1;
  }
};

constexpr std::string_view kDefaultUser = "default";
/// For the second attempt, at a peer that has answered nothing to the first.
constexpr auto kBareTime = std::chrono::seconds(1);

/// `bare`: what a proxy knows as well.
Introduction introduce(const ConnectionSettings& settings, bool bare, bool ping) {
  Introduction made;
  const std::string_view user = settings.username.empty() ? kDefaultUser : settings.username;
  const std::string_view password =
      settings.password ? std::string_view(settings.password->reveal()) : std::string_view();
  if (settings.protocol == config::RespVersion::resp3) {
    std::array<std::string_view, 5> hello{"HELLO", "3", "AUTH", user, password};
    made.hello = made.add(Arguments(hello.data(), settings.password ? hello.size() : 2));
  } else if (settings.password && settings.username.empty()) {
    // Servers before 6.0 know no user names.
    made.auth = made.add(std::array<std::string_view, 2>{"AUTH", password});
  } else if (settings.password) {
    made.auth = made.add(std::array<std::string_view, 3>{"AUTH", user, password});
  }
  if (!settings.client_name.empty() && !bare) {
    made.name =
        made.add(std::array<std::string_view, 3>{"CLIENT", "SETNAME", settings.client_name});
  }
  if (settings.database != 0) {
    const auto number = std::to_string(settings.database);
    made.database = made.add(std::array<std::string_view, 2>{"SELECT", number});
  }
  made.identity = made.hello;
  if (!bare && made.identity < 0 && made.commands.size() > 0) {
    // Redis 6.0 wants the version; it is the one that is spoken already.
    made.identity = made.add(std::array<std::string_view, 2>{"HELLO", "2"});
  }
  if (bare || ping) {
    made.ping = made.add(std::array<std::string_view, 1>{"PING"});
  }
  return made;
}

Error database_error(Error error, std::uint32_t database) {
  if (error.kind == ErrorKind::rejected) {
    error.kind = ErrorKind::configuration;
    error.message = fmt::format("database {} cannot be selected: {}", database, error.message);
    if (error.hint.empty()) {
      error.hint = "servers have databases 0 to 15 by default, clusters only 0";
    }
  }
  return error;
}

}  // namespace

Result<Connection> Connection::try_open(const ConnectionSettings& settings,
                                        const Deadline& deadline, const Options& options,
                                        SetUp extent) {
  const auto endpoint = settings.endpoint();
  OpenReport report;
  report.likely_proxy = extent == SetUp::bare;
  TRY_ASSIGN(auto dialled, dial(settings, deadline, endpoint, report));
  report.address = std::move(dialled.address);
  TRY_ASSIGN(auto stream, encrypt(std::move(dialled.socket), settings, deadline, endpoint, report));
  Connection connection(std::move(stream), std::move(report), endpoint, options);
  const bool is_bare = extent == SetUp::bare && options.ping;
  TRY(connection.set_up(settings, deadline, extent,
                        is_bare ? options.ping->within(kBareTime) : options.ping));
  return connection;
}

Result<Connection> Connection::open(const ConnectionSettings& settings, const Deadline& deadline,
                                    const Options& options) {
  if (options.statistics) {
    options.statistics->connection_tried();
  }
  auto connection = try_open(settings, deadline, options, SetUp::full);
  const bool hung_up = !connection && connection.error().kind == ErrorKind::disconnected &&
                       connection.error().phase == Phase::auth &&
                       settings.protocol == config::RespVersion::resp2;
  if (hung_up) {
    if (auto bare = try_open(settings, deadline.within(kBareTime), options, SetUp::bare)) {
      connection = std::move(bare);
    }
  }
  if (options.statistics && connection) {
    options.statistics->connection_made();
  } else if (options.statistics) {
    options.statistics->connection_failed(connection.error());
  }
  return connection;
}

Result<void> Connection::set_up(const ConnectionSettings& settings, const Deadline& deadline,
                                SetUp extent, const std::optional<Deadline>& ping) {
  const auto introduction = introduce(settings, extent == SetUp::bare, ping.has_value());
  if (introduction.commands.size() == 0) {
    return {};
  }
  const PhaseTimer timer(endpoint_);
  phase_ = Phase::auth;
  const auto secret = settings.password.value_or(Secret());
  auto replies = run_introduction(introduction.commands, deadline, ping, secret);
  if (!replies) {
    return timer.fail(std::move(replies.error()));
  }
  const auto round_trip = timer.elapsed();
  const auto error_at = [&](int index) -> std::optional<Error> {
    if (index < 0 || !(*replies)[static_cast<std::size_t>(index)].is_error()) {
      return std::nullopt;
    }
    auto error =
        to_error((*replies)[static_cast<std::size_t>(index)], Phase::auth, endpoint_, secret);
    if (error.server_code == "NOAUTH" && !settings.username.empty() && !settings.password) {
      error.hint =
          "the URL or --user gives a user and no password: write user:password@ before the host, "
          "or :password@ if it is the password";
    }
    if (index == introduction.hello && error.kind == ErrorKind::rejected) {
      error.message = fmt::format("HELLO 3 (RESP3) is refused: {}", error.message);
      error.hint = "Redis before 6 and some proxies have no RESP3: leave out protocol=3";
    }
    return error;
  };
  // A Sentinel is one whatever else it refuses: it has its own password, and no databases.
  const auto* const hello = introduction.identity < 0
                                ? nullptr
                                : &(*replies)[static_cast<std::size_t>(introduction.identity)];
  if (hello != nullptr && (hello->type == ReplyType::array || hello->type == ReplyType::map)) {
    report_.server = identify_by_hello(*hello);
  } else if (hello != nullptr && !hello->is_error()) {
    return timer.fail(fault(unasked_reply()));
  }
  if (auto useful = refuse_sentinel(deadline); !useful) {
    return timer.fail(std::move(useful.error()));
  }
  for (const int index : {introduction.hello, introduction.auth}) {
    if (auto error = error_at(index)) {
      return timer.fail(std::move(*error));
    }
  }
  if (introduction.hello < 0 && hello != nullptr && hello->is_error() &&
      classify(*hello) == ErrorKind::rejected) {
    auto known = identify(*this, deadline);
    if (!known) {
      return timer.fail(std::move(known.error()));
    }
    report_.server = std::move(*known);
    if (auto useful = refuse_sentinel(deadline); !useful) {
      return timer.fail(std::move(useful.error()));
    }
  }
  if (report_.server.is_replica() && report_.server.master.empty()) {
    auto role = command({"ROLE"}, deadline);
    if (!role) {
      return timer.fail(std::move(role.error()));
    }
    add_role(report_.server, *role);
  }
  if (auto error = error_at(introduction.name)) {
    const bool about_the_name =
        error->kind == ErrorKind::rejected || error->server_code == "NOPERM";
    if (!about_the_name) {
      return timer.fail(std::move(*error));
    }
    report_.name_refusal = std::move(error->message);
  }
  if (auto error = error_at(introduction.database)) {
    return timer.fail(database_error(std::move(*error), settings.database));
  }
  if (introduction.ping != 0) {
    report_.auth = timer.elapsed();
  }
  phase_ = Phase::command;
  if (ping) {
    const auto& pong = (*replies)[static_cast<std::size_t>(introduction.ping)];
    if (!pong.is_status("PONG")) {
      return timer.fail(not_a_pong(pong, endpoint_, secret));
    }
    report_.ping = round_trip;
  }
  return {};
}

/// Nothing of ours works there, and all of it seems to.
Result<void> Connection::refuse_sentinel(const Deadline& deadline) {
  if (!report_.server.is_sentinel()) {
    return {};
  }
  TRY_ASSIGN(const auto masters, command({"SENTINEL", "MASTERS"}, deadline));
  return failure(sentinel_error(parse_sentinel_masters(masters)));
}

/// Like run(), but for a server that refuses to talk at all: "too many clients" and "protected
/// mode" come once, unasked, and are followed by the end of the stream.
Result<std::vector<Reply>> Connection::run_introduction(const Pipeline& commands,
                                                        const Deadline& deadline,
                                                        const std::optional<Deadline>& ping,
                                                        const Secret& secret) {
  // The reply to PING comes last.
  const auto limit_of = [&](std::size_t index) -> const Deadline& {
    const bool is_pong = ping && index + 1 == commands.size();
    phase_ = is_pong ? Phase::command : Phase::auth;
    return is_pong ? *ping : deadline;
  };
  auto written = write_all(commands.bytes(), deadline);
  auto first = written ? next_reply(limit_of(0)) : last_words(std::move(written.error()));
  if (!first) {
    auto& error = first.error();
    if (error.kind == ErrorKind::disconnected && !heard_ && report_.tls_version.empty()) {
      error.hint =
          "the connection was accepted and closed without a word: a container's published port or "
          "a "
          "proxy with no server behind it does so; so does a server that requires TLS (try "
          "rediss:// or --tls); look at the log of what listens there";
    }
    return failure(fault(std::move(error)));
  }
  std::vector<Reply> replies;
  replies.push_back(std::move(*first));
  while (replies.size() < commands.size()) {
    auto reply = next_reply(limit_of(replies.size()));
    if (!reply) {
      if (replies.front().is_error() && reply.error().kind == ErrorKind::disconnected) {
        return failure(to_error(replies.front(), Phase::auth, endpoint_, secret));
      }
      return failure(fault(std::move(reply.error())));
    }
    replies.push_back(std::move(*reply));
  }
  if (poisoned_) {
    return failure(to_error(replies.front(), Phase::auth, endpoint_, secret));
  }
  TRY(finish_exchange(commands.size()));
  return replies;
}

}  // namespace fogis::redis
