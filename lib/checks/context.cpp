#include "checks/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <utility>

#include "base/random.hpp"
#include "checks/verdict.hpp"
#include "redis/command.hpp"
#include "redis/server_error.hpp"

namespace fogis::checks {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kConnections = 2;
constexpr std::size_t kNonceDigits = 16;
constexpr auto kCleanUpTime = 2s;

/// A large payload must not break our own bounds.
redis::ReplyLimits limits_for(const SuiteOptions& options) {
  redis::ReplyLimits limits;
  limits.bytes = std::max(limits.bytes, options.payload_size);
  return limits;
}

redis::Client::Options client_options(const redis::Timeouts& timeouts,
                                      const redis::RetryPolicy& retry, std::size_t pool_size,
                                      const SuiteOptions& options) {
  redis::Client::Options made;
  made.timeouts = timeouts;
  made.retry = retry;
  made.pool_size = pool_size;
  made.limits = limits_for(options);
  return made;
}

/// How servers say that they have no such command, or keep it to themselves: Redis itself (unknown,
/// also where it was renamed), then the words of managed services.
bool denies_command(std::string_view text) {
  constexpr std::array<std::string_view, 8> kDenials{
      "unknown command", "unknown subcommand", "Unknown subcommand", "not available",
      "not allowed",     "not permitted",      "not supported",      "is disabled"};
  return std::any_of(kDenials.begin(), kDenials.end(), [&](std::string_view denial) {
    return text.find(denial) != std::string_view::npos;
  });
}

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), [](unsigned char character) {
    return static_cast<char>(std::tolower(character));
  });
  return lowered;
}

bool has_subcommands(std::string_view command) {
  constexpr std::array<std::string_view, 6> kContainers{"ACL",    "CLIENT",  "CONFIG",
                                                        "PUBSUB", "SLOWLOG", "SCRIPT"};
  return std::find(kContainers.begin(), kContainers.end(), command) != kContainers.end();
}

/// `config|get`: the command as ACL rules name it.
std::string acl_name(std::initializer_list<std::string_view> command) {
  auto rule = lower_case(*command.begin());
  if (command.size() > 1 && has_subcommands(*command.begin())) {
    rule += '|';
    rule += lower_case(*std::next(command.begin()));
  }
  return rule;
}

/// The ACL rule that would have allowed the command; the error's text says what was missing.
std::string missing_rule(std::string_view text, std::initializer_list<std::string_view> command,
                         std::string_view channel) {
  const auto mentions = [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  };
  if (mentions(" to run ")) {
    return "+" + acl_name(command);
  }
  if (mentions("channel")) {
    const bool is_test = channel.starts_with(kTestChannels.substr(0, kTestChannels.size() - 1));
    return fmt::format("&{}", is_test ? kTestChannels : channel);
  }
  return mentions("key") ? "~fogis:test:*" : "+" + acl_name(command);
}

}  // namespace

bool SpareMemory::allows(const redis::MemoryNeed& need) const {
  return accepted || (memory && memory->can_spare(memory->cost(need)));
}

Error SpareMemory::shortage(const redis::MemoryNeed& need) const {
  auto error = make_error(ErrorKind::forbidden, Phase::command,
                          "how much memory the server can spare is not known: " + cause,
                          hint.empty() ? "--allow-evictions does without knowing" : hint);
  if (memory) {
    error.message = memory->shortage(memory->cost(need));
    error.hint = "free memory or raise maxmemory; --allow-evictions accepts that";
  }
  return error;
}

CheckResult SpareMemory::refusal(const redis::MemoryNeed& need) const {
  auto error = shortage(need);
  return skipped("not run, to evict no key", std::move(error.message), std::move(error.hint));
}

void warn_of_evictions(CheckResult& result, std::int64_t keys, std::string_view policy) {
  const auto cause = fmt::format(
      "evicted_keys rose by {} meanwhile: the server is full, and this run or others made it evict "
      "keys ({})",
      keys, policy);
  if (result.status == Status::pass || result.status == Status::skip) {
    result.status = Status::warn;
  }
  result.cause = result.cause.empty() ? cause : fmt::format("{}; {}", cause, result.cause);
  if (result.hint.empty()) {
    result.hint = "free memory or raise maxmemory";
  }
}

Context::Context(config::ConnectionSettings settings, redis::Timeouts timeouts,
                 SuiteOptions options, const StopEvent* stop)
    : settings_(std::move(settings)),
      timeouts_(timeouts),
      options_(std::move(options)),
      nonce_(random_hex(kNonceDigits)),
      client_(settings_, client_options(timeouts_, kNoRetry, kConnections, options_), stop) {}

redis::Client Context::make_client(std::size_t pool_size, redis::RetryPolicy retry,
                                   std::string_view purpose) const {
  auto settings = settings_;
  settings.client_name = label(purpose);
  auto options = client_options(timeouts_, retry, pool_size, options_);
  options.statistics = client_.statistics();
  return redis::Client(std::move(settings), std::move(options), stop());
}

redis::Subscriber Context::make_subscriber(redis::RetryPolicy retry, std::string_view purpose,
                                           std::chrono::nanoseconds keepalive) const {
  auto settings = settings_;
  if (!purpose.empty()) {
    settings.client_name = label(purpose);
  }
  redis::Subscriber::Options options;
  options.timeouts = timeouts_;
  options.retry = retry;
  options.keepalive = keepalive;
  options.limits = options_.message_limits.value_or(limits_for(options_));
  options.statistics = client_.statistics();
  return redis::Subscriber(std::move(settings), std::move(options), stop());
}

Result<redis::Connection> Context::open_connection(config::RespVersion protocol) const {
  auto settings = settings_;
  settings.protocol = protocol;
  redis::Connection::Options options;
  options.limits = limits_for(options_);
  options.statistics = client_.statistics();
  return redis::Connection::open(settings, client_.connect_deadline(), options);
}

std::string Context::label(std::string_view purpose) const {
  const std::string_view service = settings_.client_name.empty()
                                       ? std::string_view("fogis-redis")
                                       : std::string_view(settings_.client_name);
  return fmt::format("{}:{}:{}", service, nonce_, purpose);
}

std::string_view Context::user() const {
  return settings_.username.empty() ? std::string_view("default")
                                    : std::string_view(settings_.username);
}

Result<redis::Reply> Context::ask(std::initializer_list<std::string_view> arguments,
                                  redis::Repeat repeat) {
  auto reply = client_.command(arguments, repeat);
  if (reply && *arguments.begin() == "SET") {
    wrote(*std::next(arguments.begin()), reply->is_error());
  }
  if (reply && reply->is_error()) {
    return failure(refusal(*reply, arguments));
  }
  return reply;
}

Result<redis::Reply> Context::ask(redis::Connection& connection,
                                  std::initializer_list<std::string_view> arguments) const {
  auto reply = connection.command(arguments, operation_deadline());
  if (reply && *arguments.begin() == "SET") {
    wrote(*std::next(arguments.begin()), reply->is_error());
  }
  if (reply && reply->is_error()) {
    return failure(refusal(*reply, arguments));
  }
  return reply;
}

Error Context::refusal(const redis::Reply& reply,
                       std::initializer_list<std::string_view> command) const {
  return explain(redis::to_error(reply, Phase::command, settings_.endpoint(),
                                 settings_.password.value_or(Secret())),
                 command);
}

Error Context::explain(Error error, std::initializer_list<std::string_view> command,
                       std::string_view channel) const {
  if (error.kind == ErrorKind::forbidden) {
    error.hint = fmt::format("allow it: ACL SETUSER {} {}", user(),
                             missing_rule(error.message, command, channel));
  } else if (error.kind == ErrorKind::rejected && denies_command(error.message)) {
    error.kind = ErrorKind::forbidden;
    error.hint = fmt::format("the server lacks {} or has renamed it, as managed services do",
                             acl_name(command));
  }
  return error;
}

Result<redis::Info> Context::info(std::string_view section) {
  TRY_ASSIGN(const auto reply, ask({"INFO", section}, redis::Repeat::if_unsure));
  return redis::Info(reply.text);
}

void Context::look_at_memory() {
  spare_memory_ = {.accepted = options_.allow_evictions};
  auto told = info("default");
  if (told) {
    spare_memory_.memory = redis::read_memory(*told);
    spare_memory_.cause = "INFO does not tell it";
  } else {
    spare_memory_.cause = std::move(told.error().message);
    spare_memory_.hint = std::move(told.error().hint);
  }
  if (!spare_memory_.memory) {
    const auto limit = ask({"CONFIG", "GET", "maxmemory"}, redis::Repeat::if_unsure);
    if (limit && limit->elements.size() == 2 && limit->elements[1].text == "0") {
      spare_memory_.memory = redis::Memory();
    }
  }
}

std::string Context::key(std::string_view name) {
  auto made = channel(name);
  const std::lock_guard lock(mutex_);
  auto& written = keys_.emplace(made, Written::unknown).first->second;
  if (written == Written::refused) {
    written = Written::unknown;  // it is about to be tried again
  }
  return made;
}

std::string Context::channel(std::string_view name) const {
  return fmt::format("fogis:test:{}:{}", nonce_, name);
}

void Context::wrote(std::string_view key, bool refused) const {
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(key);
  if (found != keys_.end() && found->second != Written::confirmed) {
    found->second = refused ? Written::refused : Written::confirmed;
  }
}

std::vector<std::string> Context::clean_up() {
  const std::lock_guard lock(mutex_);
  if (keys_.empty()) {
    return {};
  }
  std::vector<std::string> keys;
  for (const auto& [key, written] : keys_) {
    if (written != Written::refused) {
      keys.push_back(key);
    }
  }
  if (keys.empty()) {
    return {};
  }
  const auto replies = remove(keys);
  if (!replies) {
    return keys;
  }
  std::vector<std::string> left;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if ((*replies)[i].is_error()) {
      left.push_back(std::move(keys[i]));
    } else {
      keys_.erase(keys[i]);
    }
  }
  return left;
}

/// Not stopped by the stop event: Ctrl-C is a reason to clean up, not to leave.
Result<std::vector<redis::Reply>> Context::remove(const std::vector<std::string>& keys) {
  const auto deadline = Deadline::after(kCleanUpTime, nullptr);
  redis::Pipeline pipeline;
  for (const auto& key : keys) {
    pipeline.add({"DEL", key});
  }
  TRY_ASSIGN(auto lease, client_.pool().lease(deadline));
  return lease->run(pipeline, deadline);
}

}  // namespace fogis::checks
