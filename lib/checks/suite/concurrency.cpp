#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "base/random.hpp"
#include "base/text.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/expected.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

constexpr std::size_t kThreads = 8;
constexpr std::size_t kPoolSize = 4;
constexpr int kRounds = 40;

/// What the threads have found, together. Thread-safe.
class Findbook {
public:
  void counted(std::int64_t value) {
    const std::lock_guard lock(mutex_);
    if (!counts_.insert(value).second) {
      wrong_ = wrong_.value_or(fmt::format("two threads got the count {}", value));
    }
  }
  void wrong(std::string what) {
    const std::lock_guard lock(mutex_);
    wrong_ = wrong_.value_or(std::move(what));
  }
  void failed(Error error) {
    const std::lock_guard lock(mutex_);
    error_ = error_.value_or(std::move(error));
  }
  [[nodiscard]] bool over() const {
    const std::lock_guard lock(mutex_);
    return wrong_ || error_;
  }
  [[nodiscard]] std::optional<std::string> first_wrong() const {
    const std::lock_guard lock(mutex_);
    return wrong_;
  }
  [[nodiscard]] std::optional<Error> first_error() const {
    const std::lock_guard lock(mutex_);
    return error_;
  }

private:
  mutable std::mutex mutex_;
  std::set<std::int64_t> counts_;
  std::optional<std::string> wrong_;
  std::optional<Error> error_;
};

/// One round of a thread: a leased connection, a count and an echo.
Result<void> work_once(const Context& context, redis::Client& client, std::string_view counter,
                       Findbook& book) {
  TRY_ASSIGN(auto lease, client.lease());
  TRY_ASSIGN(const auto count, context.ask(*lease, {"INCR", counter}));
  book.counted(count.integer);
  const auto nonce = random_hex(16);
  TRY_ASSIGN(const auto echo, context.ask(*lease, {"ECHO", nonce}));
  if (const auto wanted = string_reply(nonce); !same(echo, wanted)) {
    book.wrong(mismatch("ECHO", wanted, echo));
  }
  return {};
}

void work(const Context& context, redis::Client& client, std::string_view counter, Findbook& book) {
  for (int round = 0; round < kRounds && !book.over(); ++round) {
    if (auto done = work_once(context, client, counter, book); !done) {
      book.failed(std::move(done.error()));
    }
  }
}

/// Connections of that name in the server's CLIENT LIST, asked over a leased one of them.
Result<std::size_t> count_connections(const Context& context, redis::Client& client,
                                      std::string_view name) {
  TRY_ASSIGN(auto lease, client.lease());
  TRY_ASSIGN(const auto list, context.ask(*lease, {"CLIENT", "LIST"}));
  const auto field = fmt::format(" name={} ", name);
  std::size_t count = 0;
  for (auto at = list.text.find(field); at != std::string::npos;
       at = list.text.find(field, at + 1)) {
    ++count;
  }
  return count;
}

/// Lets the threads work; meanwhile and afterwards the server counts. Returns the larger count.
Result<std::size_t> run_threads(const Context& context, redis::Client& client,
                                std::string_view counter, Findbook& book) {
  const auto& name = client.pool().settings().client_name;
  Result<std::size_t> during = std::size_t{0};
  try {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] { work(context, client, counter, book); });
    }
    during = count_connections(context, client, name);
  } catch (const std::system_error& fault) {
    return failure(make_error(ErrorKind::internal, Phase::command,
                              std::string("cannot start a thread: ") + fault.what()));
  }
  if (!during) {
    return during;
  }
  const auto after = count_connections(context, client, name);
  return after ? std::max(*during, *after) : after;
}

CheckResult mixed_up(std::string cause) {
  return failed("threads got wrong replies", std::move(cause),
                "a proxy may mix up replies: connect without it");
}

CheckResult judge_connections(const Result<std::size_t>& connections) {
  if (!connections) {
    auto result = verdict_of(connections.error());
    result.summary = "replies right, connections not counted";
    return result;
  }
  if (*connections == 0) {
    return skipped("replies right, connections not counted",
                   "the server's CLIENT LIST does not show our connections by their name",
                   "allow CLIENT SETNAME; a proxy may hide the connections");
  }
  auto result =
      *connections <= kPoolSize
          ? passed(fmt::format("{} threads on {}", kThreads, count_of(*connections, "connection")))
          : failed("more connections than the pool has",
                   fmt::format("the server counts {}, the pool has {}", *connections, kPoolSize),
                   "a proxy opens connections of its own: watch maxclients");
  result.detail("server_connections", static_cast<std::int64_t>(*connections));
  return result;
}

}  // namespace

Result<CheckResult> check_concurrency(Context& context) {
  const auto counter = context.key("concurrency:counter");
  TRY(context.ask({"SET", counter, "0", "EX", kKeyTtlSeconds}));
  auto client = context.make_client(kPoolSize, kNoRetry, "concurrency");
  Findbook book;
  const auto connections = run_threads(context, client, counter, book);
  if (auto error = book.first_error()) {
    return failure(std::move(*error));
  }
  if (auto wrong = book.first_wrong()) {
    return mixed_up(std::move(*wrong));
  }
  TRY_ASSIGN(const auto total, context.ask({"GET", counter}));
  const auto wanted = string_reply(std::to_string(kThreads * kRounds));
  if (!same(total, wanted)) {
    return mixed_up(mismatch("the counter", wanted, total));
  }
  auto result = judge_connections(connections);
  result.detail("threads", static_cast<std::int64_t>(kThreads))
      .detail("pool_size", static_cast<std::int64_t>(kPoolSize))
      .detail("rounds", static_cast<std::int64_t>(kThreads) * kRounds);
  return result;
}

}  // namespace fogis::checks
