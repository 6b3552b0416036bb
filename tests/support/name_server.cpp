#include "support/name_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <random>
#include <utility>

#include "support/run_binary.hpp"

namespace fogis::testing {
namespace {

// RFC 1035, section 4.1: the header, and where its fields are.
constexpr std::size_t kHeaderSize = 12;
constexpr std::uint16_t kTypeA = 1;
constexpr std::uint16_t kTypeAaaa = 28;

/// Binds to some 127.x.y.z that is free, and writes which.
/// \param port 0: one that the kernel chooses, which is written too.
UniqueFd bind_somewhere(std::string& where, std::uint16_t& port) {
  std::random_device random;
  std::uniform_int_distribution<unsigned> octet(1, 254);
  constexpr int kAttempts = 50;
  for (int i = 0; i < kAttempts; ++i) {
    where = fmt::format("127.{}.{}.{}", octet(random), octet(random), octet(random));
    UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, where.c_str(), &address.sin_addr);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof(address);
    if (::bind(socket.get(), generic, length) == 0 &&
        ::getsockname(socket.get(), generic, &length) == 0) {
      port = ntohs(address.sin_port);
      return socket;
    }
  }
  FAIL("no loopback address has a free port for a name server");
  return {};
}

UniqueFd make_event() {
  return UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

void set_event(const UniqueFd& event) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event.get(), &one, sizeof(one));
}

std::uint16_t number_at(std::string_view bytes, std::size_t position) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[position]) << 8U |
                                    static_cast<unsigned char>(bytes[position + 1]));
}

void append_number(std::string& bytes, unsigned number) {
  bytes += static_cast<char>(number >> 8U);
  bytes += static_cast<char>(number & 0xffU);
}

/// The name that a question asks for, with dots; `position` is moved behind it.
std::string name_in(std::string_view question, std::size_t& position) {
  std::string name;
  while (position < question.size() && question[position] != 0) {
    const auto length = static_cast<unsigned char>(question[position]);
    name += (name.empty() ? "" : ".") + std::string(question.substr(position + 1, length));
    position += length + 1U;
  }
  ++position;
  return name;
}

/// The address as an answer to a question of this type; empty when it is of the other family.
std::string record_of(const std::string& address, std::uint16_t type) {
  std::array<char, sizeof(in6_addr)> bytes{};
  const int family = type == kTypeA ? AF_INET : AF_INET6;
  if ((type != kTypeA && type != kTypeAaaa) ||
      ::inet_pton(family, address.c_str(), bytes.data()) != 1) {
    return {};
  }
  const std::size_t size = type == kTypeA ? sizeof(in_addr) : sizeof(in6_addr);
  std::string record;
  append_number(record, 0xc000U | kHeaderSize);  // the name: that of the question
  append_number(record, type);
  append_number(record, 1);  // class IN
  append_number(record, 0);  // time to live, 32 bits
  append_number(record, 0);
  append_number(record, static_cast<unsigned>(size));
  return record.append(bytes.data(), size);
}

}  // namespace

NameServer::NameServer(Names names, Mood mood, std::uint16_t port)
    : names_(std::move(names)),
      mood_(mood),
      stop_(make_event()),
      released_(make_event()),
      asked_(make_event()) {
  std::string where;
  socket_ = bind_somewhere(where, port);
  address_ = fmt::format("{}:{}", where, port);
  // One question, no second try: how long we wait is decided by the program, not by its resolver.
  directory_.write("resolv.conf",
                   fmt::format("nameserver {}\noptions timeout:30 attempts:1\n", where));
  directory_.write("nsswitch.conf", "hosts: files dns\n");
  directory_.write("hosts", "127.0.0.1 localhost\n");
  if (mood == Mood::gone) {
    socket_.reset();
    return;
  }
  if (mood != Mood::held) {
    set_event(released_);
  }
  thread_ = std::thread([this] { serve(); });
}

NameServer::~NameServer() {
  set_event(stop_);
  if (thread_.joinable()) {
    thread_.join();
  }
}

void NameServer::release() {
  set_event(released_);
}

void NameServer::wait_for_question() const {
  pollfd watched{.fd = asked_.get(), .events = POLLIN, .revents = 0};
  constexpr int kPatienceMilliseconds = 10'000;
  if (::poll(&watched, 1, kPatienceMilliseconds) <= 0) {
    FAIL("the name server was never asked");
  }
}

void NameServer::serve() {
  std::vector<Question> held;
  bool open = false;
  while (true) {
    std::array<pollfd, 3> watched{{
        {.fd = stop_.get(), .events = POLLIN, .revents = 0},
        {.fd = open ? -1 : released_.get(), .events = POLLIN, .revents = 0},
        {.fd = socket_.get(), .events = POLLIN, .revents = 0},
    }};
    while (::poll(watched.data(), watched.size(), -1) < 0) {}
    if (watched[0].revents != 0) {
      return;
    }
    open = open || watched[1].revents != 0;
    std::array<char, 1024> bytes{};
    std::vector<std::byte> asker(sizeof(sockaddr_in));
    socklen_t length = sizeof(sockaddr_in);
    const auto count = ::recvfrom(socket_.get(), bytes.data(), bytes.size(), 0,
                                  reinterpret_cast<sockaddr*>(asker.data()), &length);
    if (count > static_cast<ssize_t>(kHeaderSize)) {
      held.push_back({std::string(bytes.data(), static_cast<std::size_t>(count)), asker});
      set_event(asked_);
    }
    if (open) {
      std::for_each(held.begin(), held.end(), [this](const auto& each) { answer(each); });
      held.clear();
    }
  }
}

void NameServer::answer(const Question& question) const {
  std::size_t position = kHeaderSize;
  const auto known = names_.find(name_in(question.bytes, position));
  if (position + 4 > question.bytes.size()) {
    return;
  }
  const auto type = number_at(question.bytes, position);
  constexpr unsigned kServerFailure = 2;
  constexpr unsigned kNoSuchName = 3;
  const unsigned code = mood_ == Mood::failing  ? kServerFailure
                        : known == names_.end() ? kNoSuchName
                                                : 0U;
  std::string records;
  unsigned count = 0;
  if (code == 0) {
    for (const auto& address : known->second) {
      const auto record = record_of(address, type);
      records += record;
      count += record.empty() ? 0 : 1;
    }
  }
  constexpr unsigned kAnswerFlags = 0x8180;  // an answer, recursion wanted and available
  std::string reply = question.bytes.substr(0, 2);
  append_number(reply, kAnswerFlags | code);
  append_number(reply, 1);
  append_number(reply, count);
  append_number(reply, 0);
  append_number(reply, 0);
  reply += question.bytes.substr(kHeaderSize, position + 4 - kHeaderSize) + records;
  ::sendto(socket_.get(), reply.data(), reply.size(), 0,
           reinterpret_cast<const sockaddr*>(question.asker.data()), sizeof(sockaddr_in));
}

ProgramOptions NameServer::asked_by(ProgramOptions program) const {
  const std::string line =
      "for file in resolv.conf nsswitch.conf hosts; do "
      R"(mount --bind "$1/$file" "/etc/$file" || exit 99; done; shift; exec "$@")";
  std::vector<std::string> arguments{"--mount",         "--",           "sh", "-c", line, "sh",
                                     directory_.path(), program.program};
  arguments.insert(arguments.end(), program.arguments.begin(), program.arguments.end());
  program.program = "unshare";
  program.arguments = std::move(arguments);
  return program;
}

bool can_rename() {
  static const bool can = [] {
    if (::geteuid() != 0) {
      return false;
    }
    const TempDir directory;
    ProgramOptions attempt;
    attempt.program = "unshare";
    attempt.arguments = {"--mount",
                         "--",
                         "sh",
                         "-c",
                         R"(mount --bind "$0" /etc/resolv.conf && mount --bind "$0" /etc/hosts)",
                         directory.write("empty", "")};
    return run_binary(attempt).exit_code == 0;
  }();
  return can;
}

}  // namespace fogis::testing
