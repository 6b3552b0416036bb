#include "net/resolver.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "base/unique_fd.hpp"

namespace fogis::net {
namespace {

struct AddrinfoDeleter {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using AddrinfoList = std::unique_ptr<addrinfo, AddrinfoDeleter>;

/// What getaddrinfo said: a list, or an EAI_ code and errno.
struct Lookup {
  AddrinfoList list;
  int code = 0;
  int system_errno = 0;
};

Lookup look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  Lookup result;
  result.code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &list);
  result.system_errno = errno;
  result.list.reset(result.code == 0 ? list : nullptr);
  return result;
}

std::string to_text(const addrinfo& entry) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getnameinfo(entry.ai_addr, entry.ai_addrlen, host.data(), host.size(), port.data(),
                    port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "?";
  }
  return entry.ai_family == AF_INET6 ? fmt::format("[{}]:{}", host.data(), port.data())
                                     : fmt::format("{}:{}", host.data(), port.data());
}

std::vector<Address> to_addresses(const addrinfo* list) {
  std::vector<Address> addresses;
  for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
    Address address;
    address.length = entry->ai_addrlen;
    std::copy_n(reinterpret_cast<const char*>(entry->ai_addr), entry->ai_addrlen,
                reinterpret_cast<char*>(&address.storage));
    address.text = to_text(*entry);
    addresses.push_back(std::move(address));
  }
  return addresses;
}

/// Shared with the resolving thread, which may outlive the call that started it.
struct Job {
  std::string host;
  std::uint16_t port;
  UniqueFd done;
  Lookup result;
};

std::string hint_for(const std::string& host) {
  if (host == "redis") {
    return "the FOGIS compose file calls it fogis-redis; from the host use redis://localhost:6379";
  }
  if (host == "fogis-redis") {
    return "from the host use redis://localhost:6379; inside compose check that both services "
           "share a network";
  }
  return "check the spelling; inside compose a name resolves only within a shared network";
}

Error not_resolved(const std::string& host, int code, int system_errno) {
  if (code == EAI_NONAME || code == EAI_NODATA) {
    return make_error(ErrorKind::not_resolved, Phase::resolve,
                      fmt::format("name \"{}\" does not resolve", host), hint_for(host));
  }
  auto error = make_error(
      ErrorKind::not_resolved, Phase::resolve,
      fmt::format("name \"{}\" does not resolve: {}", host,
                  code == EAI_SYSTEM ? describe_errno(system_errno) : ::gai_strerror(code)),
      code == EAI_AGAIN ? "no name server answers: check the network; " + hint_for(host)
                        : hint_for(host));
  error.system_errno = code == EAI_SYSTEM ? system_errno : 0;
  return error;
}

Error not_in_time(const std::string& host) {
  return make_error(ErrorKind::timed_out, Phase::resolve,
                    fmt::format("no answer for the name \"{}\" in time", host),
                    "no name server answers: check /etc/resolv.conf and the network");
}

Result<std::shared_ptr<Job>> start_lookup(const std::string& host, std::uint16_t port) {
  auto job = std::make_shared<Job>();
  job->host = host;
  job->port = port;
  job->done.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!job->done) {
    return failure(make_system_error(ErrorKind::internal, Phase::resolve, "cannot resolve names",
                                     errno, "raise the limit of open files (ulimit -n)"));
  }
  try {
    std::thread([job] {
      job->result = look_up(job->host, job->port, 0);
      const std::uint64_t one = 1;
      [[maybe_unused]] const auto written = ::write(job->done.get(), &one, sizeof(one));
    }).detach();
  } catch (const std::system_error& fault) {
    return failure(make_system_error(ErrorKind::internal, Phase::resolve, "cannot resolve names",
                                     fault.code().value(), "raise the limit of processes"));
  }
  return job;
}

}  // namespace

Result<Resolution> resolve(const std::string& host, std::uint16_t port, const Deadline& deadline) {
  auto numeric = look_up(host, port, AI_NUMERICHOST);
  if (numeric.code == 0) {
    return Resolution{to_addresses(numeric.list.get()), false};
  }
  // A thread could be faster than the wait for it; whether there was time must not depend on that.
  if (deadline.expired() && !deadline.stopped()) {
    return failure(not_in_time(host));
  }
  TRY_ASSIGN(auto job, start_lookup(host, port));
  switch (deadline.wait(job->done.get(), POLLIN)) {
    case WaitOutcome::ready:
      break;
    case WaitOutcome::stopped:
      return failure(interrupted_error(Phase::resolve));
    case WaitOutcome::expired:
      return failure(not_in_time(host));
    case WaitOutcome::failed:
      return failure(make_system_error(ErrorKind::internal, Phase::resolve,
                                       "cannot wait for the resolver", errno));
  }
  // Reading the event orders the thread's writes before our reads.
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(job->done.get(), &count, sizeof(count));
  auto& result = job->result;
  if (result.code != 0) {
    return failure(not_resolved(host, result.code, result.system_errno));
  }
  return Resolution{to_addresses(result.list.get()), true};
}

}  // namespace fogis::net
