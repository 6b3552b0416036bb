#include "net/stream.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace fogis::net {
namespace {

bool would_block(int errno_value) {
  return errno_value == EAGAIN || errno_value == EINTR;
}

class PlainStream final : public Stream {
public:
  explicit PlainStream(UniqueFd socket) : socket_(std::move(socket)) {}

  IoResult read(std::span<char> buffer) override {
    const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count == 0) {
      return {IoStatus::closed};
    }
    return outcome(count, IoStatus::want_read);
  }

  IoResult write(std::string_view bytes) override {
    // Without the flag, writing to a dead peer would kill a process that does not ignore SIGPIPE.
    return outcome(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                   IoStatus::want_write);
  }

  [[nodiscard]] bool has_pending() const override { return false; }

  [[nodiscard]] bool is_quiet() override {
    char byte = 0;
    return ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && would_block(errno);
  }

  [[nodiscard]] Error fault() const override { return socket_fault(errno_); }
  [[nodiscard]] int descriptor() const override { return socket_.get(); }

private:
  IoResult outcome(ssize_t count, IoStatus when_blocked) {
    if (count >= 0) {
      return {IoStatus::done, static_cast<std::size_t>(count)};
    }
    errno_ = errno;
    return {would_block(errno_) ? when_blocked : IoStatus::failed};
  }

  UniqueFd socket_;
  int errno_ = 0;
};

}  // namespace

std::unique_ptr<Stream> make_plain_stream(UniqueFd socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

Error socket_fault(int errno_value) {
  return make_system_error(
      ErrorKind::disconnected, Phase::command, "the connection failed", errno_value,
      "look at the server's log: it may have restarted or disconnected this client");
}

}  // namespace fogis::net
