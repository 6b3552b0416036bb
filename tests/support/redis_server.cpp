#include "support/redis_server.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <utility>

namespace fogis::testing {
namespace {

constexpr auto kStartPatience = std::chrono::seconds(20);

std::string value_of(const std::vector<std::string>& arguments, std::string_view option) {
  const auto found = std::find(arguments.begin(), arguments.end(), option);
  return found == arguments.end() || found + 1 == arguments.end() ? std::string() : *(found + 1);
}

}  // namespace

RedisServer::RedisServer(Options options)
    : options_(std::move(options)),
      socket_path_(directory_ / "redis.sock"),
      password_(value_of(options_.arguments, "--requirepass")) {
  if (options_.tcp) {
    port_.emplace();
  }
  if (options_.tls) {
    tls_port_.emplace();
    if (options_.identity.certificate.empty()) {
      options_.identity = certificates().server;
    }
  }
  std::string users;
  for (const auto& user : options_.users) {
    users += fmt::format("user {}\n", user);
  }
  directory_.write("redis.conf", users + options_.line + "\n");
  start();
}

RedisServer::~RedisServer() = default;

std::vector<std::string> RedisServer::command_line() const {
  std::vector<std::string> line{directory_ / "redis.conf",
                                "--dir",
                                directory_.path(),
                                "--unixsocket",
                                socket_path_,
                                "--logfile",
                                directory_ / "log",
                                "--save",
                                "",
                                "--appendonly",
                                "no",
                                "--daemonize",
                                "no",
                                "--bind",
                                "127.0.0.1",
                                "--port",
                                std::to_string(port_ ? port_->number() : 0)};
  if (tls_port_) {
    const std::vector<std::string> tls{"--tls-port",         std::to_string(tls_port_->number()),
                                       "--tls-cert-file",    options_.identity.certificate,
                                       "--tls-key-file",     options_.identity.key,
                                       "--tls-ca-cert-file", certificates().ca,
                                       "--tls-auth-clients", options_.client_auth ? "yes" : "no"};
    line.insert(line.end(), tls.begin(), tls.end());
  }
  line.insert(line.end(), options_.arguments.begin(), options_.arguments.end());
  return line;
}

void RedisServer::start() {
  directory_.write("log", "");
  ProgramOptions program;
  program.program = options_.program;
  program.arguments = command_line();
  process_.emplace(std::move(program));
  await_ready();
}

/// The server logs that it is ready after it listens on everything, so each write to the log is the
/// moment to look.
void RedisServer::await_ready() const {
  const UniqueFd changes(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  REQUIRE(::inotify_add_watch(changes.get(), (directory_ / "log").c_str(), IN_MODIFY) >= 0);
  const auto until = std::chrono::steady_clock::now() + kStartPatience;
  pollfd watched{.fd = changes.get(), .events = POLLIN, .revents = 0};
  const auto is_ready = [&] { return log().find(options_.awaited) != std::string::npos; };
  while (!is_ready()) {
    const bool ended = process_->has_ended();
    if (ended || std::chrono::steady_clock::now() > until) {
      FAIL("the test's " << options_.program << (ended ? " ended" : " did not get ready") << ":\n"
                         << log());
    }
    // The end of the process shows in no file: look for it now and then.
    ::poll(&watched, 1, 100);
    std::array<std::byte, 4096> events{};
    while (::read(changes.get(), events.data(), events.size()) > 0) {}
  }
}

config::ConnectionSettings RedisServer::settings() const {
  config::ConnectionSettings settings;
  settings.transport = config::Transport::unix_socket;
  settings.socket_path = socket_path_;
  if (!password_.empty()) {
    settings.password = Secret(password_);
  }
  return settings;
}

config::ConnectionSettings RedisServer::tcp_settings() const {
  auto settings = this->settings();
  settings.transport = config::Transport::tcp;
  settings.socket_path.clear();
  settings.host = "127.0.0.1";
  settings.port = port();
  return settings;
}

config::ConnectionSettings RedisServer::tls_settings() const {
  auto settings = this->settings();
  settings.transport = config::Transport::tls;
  settings.socket_path.clear();
  settings.host = "127.0.0.1";
  settings.port = tls_port();
  settings.tls.ca_file = certificates().ca;
  return settings;
}

std::string RedisServer::url() const {
  return password_.empty() ? fmt::format("unix://{}", socket_path_)
                           : fmt::format("unix://:{}@{}", password_, socket_path_);
}

std::string RedisServer::tcp_url() const {
  return password_.empty() ? fmt::format("redis://127.0.0.1:{}", port())
                           : fmt::format("redis://:{}@127.0.0.1:{}", password_, port());
}

std::string RedisServer::tls_url() const {
  return password_.empty() ? fmt::format("rediss://127.0.0.1:{}", tls_port())
                           : fmt::format("rediss://:{}@127.0.0.1:{}", password_, tls_port());
}

std::uint16_t RedisServer::port() const {
  REQUIRE(port_.has_value());
  return port_->number();
}

std::uint16_t RedisServer::tls_port() const {
  REQUIRE(tls_port_.has_value());
  return tls_port_->number();
}

pid_t RedisServer::pid() const {
  REQUIRE(process_.has_value());
  return process_->pid();
}

void RedisServer::suspend() {
  REQUIRE(process_.has_value());
  process_->signal(SIGSTOP);
}

void RedisServer::resume() {
  REQUIRE(process_.has_value());
  process_->signal(SIGCONT);
}

void RedisServer::kill9() {
  process_.reset();
}

void RedisServer::stop() {
  if (process_) {
    process_->signal(SIGCONT);
    process_->signal(SIGTERM);
    process_->wait();
    process_.reset();
  }
}

void RedisServer::restart() {
  stop();
  start();
}

std::string RedisServer::raw(const std::vector<std::string>& command) const {
  return client().command(command);
}

RawClient RedisServer::client() const {
  auto connection = RawClient::to_unix_socket(socket_path_);
  if (!password_.empty()) {
    REQUIRE(connection.command({"AUTH", password_}) == "OK");
  }
  return connection;
}

}  // namespace fogis::testing
