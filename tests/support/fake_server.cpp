#include "support/fake_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/number.hpp"
#include "support/backlog.hpp"

namespace fogis::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);

constexpr std::string_view kQuestion = "*2\r\n$5\r\nHELLO\r\n$1\r\n2\r\n";

/// As a master of Redis says it in RESP2.
std::string self_description() {
  return fmt::format(
      "*8\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n${}\r\n{}\r\n$4\r\nmode\r\n$10\r\n"
      "standalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n",
      kFakeVersion.size(), kFakeVersion);
}

/// The length of the first whole command in `bytes`, or nothing while there is none.
std::optional<std::size_t> command_length(std::string_view bytes) {
  std::size_t position = 0;
  const auto number_after = [&](char mark) -> std::optional<std::size_t> {
    const auto end = bytes.find("\r\n", position);
    if (end == std::string_view::npos || bytes[position] != mark) {
      return std::nullopt;
    }
    const auto number = parse_number<std::size_t>(bytes.substr(position + 1, end - position - 1));
    position = end + 2;
    return number;
  };
  const auto arguments = number_after('*');
  for (std::size_t i = 0; arguments && i < *arguments; ++i) {
    const auto length = number_after('$');
    if (!length || bytes.size() < position + *length + 2) {
      return std::nullopt;
    }
    position += *length + 2;
  }
  return arguments ? std::optional(position) : std::nullopt;
}

}  // namespace

/// Plays the script; lives on the server's thread. Each step returns false when the play is over.
class FakeServer::Player {
public:
  explicit Player(FakeServer& server) : server_(server) {}

  void play() {
    bool again = true;
    while (again) {
      again = false;
      for (const auto& step : server_.script_) {
        if (std::holds_alternative<fake::Repeat>(step)) {
          again = true;
          break;
        }
        if (!std::visit([this](const auto& which) { return (*this)(which); }, step)) {
          return;
        }
      }
    }
    const std::lock_guard lock(server_.mutex_);
    server_.ended_ = true;
    server_.changed_.notify_all();
  }

  bool operator()(const fake::Accept& /*step*/) {
    if (!wait(server_.listener_.get(), POLLIN)) {
      return false;
    }
    UniqueFd socket(
        ::accept4(server_.listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    current_ = connections_.size();
    connections_.push_back({.socket = std::move(socket), .consumed = 0});
    const std::lock_guard lock(server_.mutex_);
    server_.received_.emplace_back();
    server_.changed_.notify_all();
    return true;
  }

  bool operator()(const fake::Use& step) {
    current_ = step.connection;
    return true;
  }

  bool operator()(const fake::ReadBytes& step) {
    const auto wanted = connections_[current_].consumed + step.count;
    while (socket() && arrived().size() < wanted) {
      if (!read_some()) {
        return false;
      }
    }
    connections_[current_].consumed = wanted;
    return true;
  }

  bool operator()(const fake::ReadCommands& step) {
    auto& consumed = connections_[current_].consumed;
    for (std::size_t left = step.count; left > 0;) {
      if (!say_what_we_are()) {
        return false;
      }
      const auto length = command_length(std::string_view(arrived()).substr(consumed));
      if (length) {
        consumed += *length;
        --left;
      } else if (!socket()) {
        return true;
      } else if (!read_some()) {
        return false;
      }
    }
    return true;
  }

  bool operator()(const fake::Send& step) {
    const bool whole = step.bytes.ends_with('\n');
    return send(step.bytes) && (!whole || say_what_we_are());
  }

  bool operator()(const fake::Drip& step) {
    for (const char byte : step.bytes) {
      if (!socket()) {
        break;
      }
      if (!send(std::string_view(&byte, 1)) || !pause(step.pause)) {
        return false;
      }
    }
    return true;
  }

  bool operator()(const fake::Flood& step) {
    std::string many;
    while (many.size() < 65536) {
      many += step.bytes;
    }
    while (socket()) {
      if (!send(many)) {
        return false;
      }
    }
    return true;
  }

  bool operator()(const fake::Close& /*step*/) {
    socket().reset();
    return true;
  }

  bool operator()(const fake::Reset& /*step*/) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket().get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    socket().reset();
    return true;
  }

  bool operator()(const fake::AwaitClose& /*step*/) {
    while (socket()) {
      if (!say_what_we_are() || !read_some()) {
        return false;
      }
    }
    return true;
  }

  bool operator()(const fake::Hold& /*step*/) {
    if (!wait(server_.released_.get(), POLLIN)) {
      return false;
    }
    std::uint64_t one = 0;
    return ::read(server_.released_.get(), &one, sizeof(one)) == sizeof(one);
  }

  bool operator()(const fake::Repeat& /*step*/) { return true; }

private:
  struct Connection {
    UniqueFd socket;
    std::size_t consumed;  ///< bytes that earlier steps have waited for
  };

  UniqueFd& socket() { return connections_[current_].socket; }

  /// What the current connection has received. Needs no lock: this thread alone adds to it.
  [[nodiscard]] const std::string& arrived() const { return server_.received_[current_]; }

  /// False when the server is being destroyed.
  [[nodiscard]] bool wait(int descriptor, short events) const {
    std::array<pollfd, 2> watched{{
        {.fd = server_.stop_.get(), .events = POLLIN, .revents = 0},
        {.fd = descriptor, .events = events, .revents = 0},
    }};
    while (::poll(watched.data(), watched.size(), -1) < 0) {}
    return watched[0].revents == 0;
  }

  [[nodiscard]] bool pause(std::chrono::milliseconds span) const {
    pollfd watched{.fd = server_.stop_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, static_cast<int>(span.count())) == 0;
  }

  /// Reads once; closes our side when the peer has closed its own.
  bool read_some() {
    if (!wait(socket().get(), POLLIN)) {
      return false;
    }
    std::array<char, 65536> chunk{};
    const auto count = ::recv(socket().get(), chunk.data(), chunk.size(), 0);
    if (count > 0) {
      const std::lock_guard lock(server_.mutex_);
      server_.received_[current_].append(chunk.data(), static_cast<std::size_t>(count));
      server_.changed_.notify_all();
    } else if (count == 0 || errno != EAGAIN) {
      socket().reset();
    }
    return true;
  }

  /// Answers the question of every new connection, once it is the next command.
  bool say_what_we_are() {
    auto& consumed = connections_[current_].consumed;
    while (socket() && std::string_view(arrived()).substr(consumed).starts_with(kQuestion)) {
      consumed += kQuestion.size();
      if (!send(self_description())) {
        return false;
      }
    }
    return true;
  }

  bool send(std::string_view bytes) {
    while (socket() && !bytes.empty()) {
      if (!wait(socket().get(), POLLOUT)) {
        return false;
      }
      const auto count = ::send(socket().get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno != EAGAIN) {
        socket().reset();
      }
    }
    return true;
  }

  FakeServer& server_;
  std::vector<Connection> connections_;
  std::size_t current_ = 0;
};

FakeServer::FakeServer(Script script, Address address)
    : script_(std::move(script)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      released_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE)) {
  const int backlog = script_.empty() ? 0 : 64;
  if (address == Address::tcp) {
    listen_tcp();
  } else {
    listen_unix();
  }
  REQUIRE(::listen(listener_.get(), backlog) == 0);
  thread_ = std::thread([this] {
    // The player lives on after its script: its connections stay open until the end.
    Player player(*this);
    player.play();
    pollfd watched{.fd = stop_.get(), .events = POLLIN, .revents = 0};
    while (::poll(&watched, 1, -1) < 0) {}
  });
}

FakeServer::~FakeServer() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_.get(), &one, sizeof(one));
  if (thread_.joinable()) {
    thread_.join();
  }
}

std::unique_ptr<FakeServer> FakeServer::with_full_backlog(Address address) {
  auto server = std::make_unique<FakeServer>(Script{}, address);
  server->fill_backlog();
  return server;
}

void FakeServer::listen_tcp() {
  listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(listener_.get(), generic, length) == 0);
  REQUIRE(::getsockname(listener_.get(), generic, &length) == 0);
  port_ = ntohs(address.sin_port);
}

void FakeServer::listen_unix() {
  directory_ = std::make_unique<TempDir>();
  socket_path_ = *directory_ / "fake.sock";
  listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
  REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
          0);
}

void FakeServer::fill_backlog() {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::getsockname(listener_.get(), generic, &length) == 0);
  fillers_ = testing::fill_backlog(generic, length);
}

config::ConnectionSettings FakeServer::settings() const {
  config::ConnectionSettings settings;
  if (socket_path_.empty()) {
    settings.host = "127.0.0.1";
    settings.port = port_;
  } else {
    settings.transport = config::Transport::unix_socket;
    settings.socket_path = socket_path_;
  }
  return settings;
}

std::string FakeServer::url() const {
  return settings().endpoint();
}

void FakeServer::release() {
  const std::uint64_t one = 1;
  REQUIRE(::write(released_.get(), &one, sizeof(one)) == sizeof(one));
}

std::string FakeServer::received(std::size_t connection) const {
  const std::lock_guard lock(mutex_);
  return connection < received_.size() ? received_[connection] : std::string();
}

std::size_t FakeServer::connections() const {
  const std::lock_guard lock(mutex_);
  return received_.size();
}

void FakeServer::wait_for_received(std::string_view text, std::size_t connection) const {
  std::unique_lock lock(mutex_);
  const bool came = changed_.wait_for(lock, kPatience, [&] {
    return connection < received_.size() && received_[connection].find(text) != std::string::npos;
  });
  if (!came) {
    FAIL("the fake server waited in vain for \"" << text << "\"");
  }
}

void FakeServer::wait_for_connections(std::size_t count) const {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return received_.size() >= count; })) {
    FAIL("the fake server waited in vain for connection " << count);
  }
}

void FakeServer::wait_for_end() const {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return ended_; })) {
    FAIL("the fake server's script did not end");
  }
}

}  // namespace fogis::testing
