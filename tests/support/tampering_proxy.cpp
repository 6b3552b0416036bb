#include "support/tampering_proxy.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstring>
#include <deque>
#include <string_view>
#include <utility>

#include "redis/command.hpp"

namespace fogis::testing {
namespace {

using redis::Reply;
using redis::ReplyType;

constexpr std::size_t kReadSize = std::size_t{64} * 1024;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof(address.sun_path));
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

UniqueFd make_socket() {
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(socket);
  return socket;
}

const sockaddr* as_sockaddr(const sockaddr_un& address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

void append_reply(std::string& bytes, const Reply& reply) {
  switch (reply.type) {
    case ReplyType::status:
      bytes += fmt::format("+{}\r\n", reply.text);
      break;
    case ReplyType::error:
      bytes += fmt::format("-{}\r\n", reply.text);
      break;
    case ReplyType::integer:
      bytes += fmt::format(":{}\r\n", reply.integer);
      break;
    case ReplyType::string:
      bytes += fmt::format("${}\r\n", reply.text.size());
      bytes += reply.text;
      bytes += "\r\n";
      break;
    case ReplyType::array:
      bytes += fmt::format("*{}\r\n", reply.elements.size());
      for (const auto& element : reply.elements) {
        append_reply(bytes, element);
      }
      break;
    default:
      bytes += "$-1\r\n";  // null; RESP2 has nothing else
  }
}

bool is_subscription(const std::string& command) {
  return command.ends_with("SUBSCRIBE");
}

/// Messages and acknowledgements, which answer no command one to one.
bool is_pushed(const Reply& reply) {
  constexpr std::array<std::string_view, 6> kKinds{"message",    "pmessage",    "subscribe",
                                                   "psubscribe", "unsubscribe", "punsubscribe"};
  return reply.type == ReplyType::array && reply.elements.size() >= 3 &&
         std::find(kKinds.begin(), kKinds.end(), reply.elements.front().text) != kKinds.end();
}

/// One end of a relayed connection.
struct Side {
  UniqueFd socket;
  redis::ReplyReader reader;  // commands have the form of replies
  std::string outgoing;

  [[nodiscard]] short events() const {
    return static_cast<short>(outgoing.empty() ? POLLIN : POLLIN | POLLOUT);
  }
  /// False when the peer is gone.
  bool receive() {
    std::array<char, kReadSize> bytes{};
    const auto count = ::recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (count > 0) {
      return reader.feed({bytes.data(), static_cast<std::size_t>(count)}).has_value();
    }
    return count < 0 && (errno == EAGAIN || errno == EINTR);
  }
  bool flush() {
    while (!outgoing.empty()) {
      const auto count =
          ::send(socket.get(), outgoing.data(), outgoing.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0) {
        return errno == EAGAIN || errno == EINTR;
      }
      outgoing.erase(0, static_cast<std::size_t>(count));
    }
    return true;
  }
};

/// A command whose reply is outstanding, or has been decided on here.
struct Outstanding {
  TamperingProxy::Command command;
  std::optional<Reply> own;
};

struct Link {
  Side client;
  Side server;
  std::deque<Outstanding> outstanding;
  std::chrono::steady_clock::time_point last_used = std::chrono::steady_clock::now();
};

}  // namespace

/// The relay's thread and all that belongs to it.
class TamperingProxy::Relay {
public:
  Relay(UniqueFd listener, int stop, std::string server_path, Hooks hooks)
      : listener_(std::move(listener)),
        stop_(stop),
        server_path_(std::move(server_path)),
        hooks_(std::move(hooks)) {}

  void run() {
    while (true) {
      std::vector<pollfd> polled{{stop_, POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      for (const auto& link : links_) {
        polled.push_back({link->client.socket.get(), link->client.events(), 0});
        polled.push_back({link->server.socket.get(), link->server.events(), 0});
      }
      const auto idle = static_cast<int>(hooks_.idle_timeout.count());
      if (::poll(polled.data(), polled.size(), idle > 0 ? idle / 4 + 1 : -1) < 0) {
        continue;
      }
      if (polled[0].revents != 0) {
        return;
      }
      serve(polled);
      if (polled[1].revents != 0) {
        accept();
      }
    }
  }

private:
  void serve(const std::vector<pollfd>& polled) {
    std::vector<std::unique_ptr<Link>> alive;
    for (std::size_t i = 0; i < links_.size(); ++i) {
      if (relay(*links_[i], polled[2 + 2 * i].revents, polled[3 + 2 * i].revents)) {
        alive.push_back(std::move(links_[i]));
      }
    }
    links_ = std::move(alive);
  }

  void accept() {
    auto link = std::make_unique<Link>();
    link->client.socket = UniqueFd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    link->server.socket = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = address_of(server_path_);
    if (link->client.socket &&
        ::connect(link->server.socket.get(), as_sockaddr(address), sizeof(address)) == 0) {
      links_.push_back(std::move(link));
    }
  }

  /// False when the link is over.
  bool relay(Link& link, short client_events, short server_events) const {
    const auto now = std::chrono::steady_clock::now();
    if (client_events != 0 || server_events != 0) {
      link.last_used = now;
    } else if (hooks_.idle_timeout.count() > 0 && now - link.last_used > hooks_.idle_timeout) {
      return false;
    }
    const bool client_alive = client_events == 0 || link.client.receive();
    const bool server_alive = server_events == 0 || link.server.receive();
    const bool understood = take_commands(link) && take_replies(link);
    const bool flushed = link.server.flush() && link.client.flush();
    return client_alive && server_alive && understood && flushed;
  }

  bool take_commands(Link& link) const {
    while (true) {
      auto request = link.client.reader.next();
      if (!request || !*request) {
        return request.has_value();
      }
      Command command;
      for (auto& element : (*request)->elements) {
        command.push_back(std::move(element.text));
      }
      auto own = hooks_.answer ? hooks_.answer(command) : std::nullopt;
      if (!own) {
        redis::append_command(link.server.outgoing,
                              std::vector<std::string_view>(command.begin(), command.end()));
      }
      if (own || !is_subscription(command.front())) {
        link.outstanding.push_back({std::move(command), std::move(own)});
      }
    }
  }

  bool take_replies(Link& link) const {
    send_own(link);
    while (true) {
      auto reply = link.server.reader.next();
      if (!reply || !*reply) {
        return reply.has_value();
      }
      Command command;
      if (!is_pushed(**reply) && !link.outstanding.empty()) {
        command = std::move(link.outstanding.front().command);
        link.outstanding.pop_front();
      }
      send(link, command, std::move(**reply));
      send_own(link);
    }
  }

  /// Replies of ours whose turn has come.
  static void send_own(Link& link) {
    while (!link.outstanding.empty() && link.outstanding.front().own) {
      append_reply(link.client.outgoing, *link.outstanding.front().own);
      link.outstanding.pop_front();
    }
  }

  void send(Link& link, const Command& command, Reply reply) const {
    if (!hooks_.tamper) {
      append_reply(link.client.outgoing, reply);
      return;
    }
    for (const auto& sent : hooks_.tamper(command, std::move(reply))) {
      append_reply(link.client.outgoing, sent);
    }
  }

  UniqueFd listener_;
  int stop_;
  std::string server_path_;
  Hooks hooks_;
  std::vector<std::unique_ptr<Link>> links_;
};

TamperingProxy::TamperingProxy(const RedisServer& server, Hooks hooks)
    : settings_(server.settings()), stop_(::eventfd(0, EFD_CLOEXEC)) {
  settings_.socket_path = directory_ / "proxy.sock";
  auto listener = make_socket();
  const auto address = address_of(settings_.socket_path);
  REQUIRE(::bind(listener.get(), as_sockaddr(address), sizeof(address)) == 0);
  REQUIRE(::listen(listener.get(), SOMAXCONN) == 0);
  relay_ = std::make_unique<Relay>(std::move(listener), stop_.get(), server.socket_path(),
                                   std::move(hooks));
  thread_ = std::thread([this] { relay_->run(); });
}

TamperingProxy::~TamperingProxy() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

redis::Reply status_reply(std::string_view text) {
  Reply reply;
  reply.type = ReplyType::status;
  reply.text = text;
  return reply;
}

redis::Reply error_reply(std::string_view text) {
  Reply reply;
  reply.type = ReplyType::error;
  reply.text = text;
  return reply;
}

redis::Reply integer_reply(std::int64_t value) {
  Reply reply;
  reply.type = ReplyType::integer;
  reply.integer = value;
  return reply;
}

redis::Reply string_reply(std::string_view bytes) {
  Reply reply;
  reply.type = ReplyType::string;
  reply.text = bytes;
  return reply;
}

redis::Reply array_reply(std::vector<redis::Reply> elements) {
  Reply reply;
  reply.type = ReplyType::array;
  reply.elements = std::move(elements);
  return reply;
}

bool is_message_on(const redis::Reply& reply, std::string_view channel_end) {
  return is_pushed(reply) && reply.elements.front().text.ends_with("message") &&
         reply.elements[reply.elements.size() - 2].text.ends_with(channel_end);
}

bool is_command(const TamperingProxy::Command& command, std::string_view name,
                std::string_view subcommand) {
  return !command.empty() && command.front() == name &&
         (subcommand.empty() || (command.size() > 1 && command[1] == subcommand));
}

bool is_command_on(const TamperingProxy::Command& command, std::string_view name,
                   std::string_view end) {
  return is_command(command, name) && command.size() > 1 && command[1].ends_with(end);
}

}  // namespace fogis::testing
