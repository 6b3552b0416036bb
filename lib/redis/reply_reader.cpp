// hiredis parses the protocol and calls back for each part; the reply tree and its bounds are ours.
#include <fmt/format.h>
#include <hiredis/read.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <utility>

#include "base/text.hpp"
#include "redis/reply.hpp"

namespace fogis::redis {
namespace {

/// Bytes of a peer's first answer that are kept to tell what it speaks.
constexpr std::size_t kSampleSize = 48;

/// Bytes of a status, an error, a number or a length. A reader looks for its end again whenever
/// more arrives, so a line without one must not grow to the limit of a reply.
constexpr std::size_t kLongestLine = std::size_t{1} << 20U;

/// What hiredis says of a count that it refuses before we are asked.
constexpr std::string_view kCountRefused = "Multi-bulk length out of range";

/// What one reply has used up so far, and which bound stopped it.
struct Usage {
  ReplyLimits limits;
  std::size_t elements = 0;
  std::size_t bytes = 0;
  std::string exceeded;

  void exceed(std::size_t size) {
    exceeded = fmt::format("a reply of {} bytes, the limit is {}", size, limits.bytes);
  }
};

Usage& usage_of(const redisReadTask* task) {
  return *static_cast<Usage*>(task->privdata);
}

std::size_t depth_of(const redisReadTask* task) {
  std::size_t depth = 1;
  for (const auto* parent = task->parent; parent != nullptr; parent = parent->parent) {
    ++depth;
  }
  return depth;
}

ReplyType type_of(const redisReadTask* task) {
  switch (task->type) {
    case REDIS_REPLY_STATUS:
      return ReplyType::status;
    case REDIS_REPLY_ERROR:
      return ReplyType::error;
    case REDIS_REPLY_BIGNUM:
      return ReplyType::number;
    case REDIS_REPLY_ARRAY:
      return ReplyType::array;
    case REDIS_REPLY_MAP:
      return ReplyType::map;
    case REDIS_REPLY_SET:
      return ReplyType::set;
    case REDIS_REPLY_PUSH:
      return ReplyType::push;
    default:
      return ReplyType::string;
  }
}

/// The place for a new part: an element of its parent, or a new root. Null when memory is short or
/// a bound is reached, which hiredis then reports as "out of memory".
/// A parent's vector may move its elements when it grows, but by then none of the earlier elements
/// is still being filled, so no pointer that hiredis holds becomes stale.
Reply* place(const redisReadTask* task, std::size_t payload) noexcept {
  auto& usage = usage_of(task);
  if (task->parent == nullptr) {
    usage.elements = 0;
    usage.bytes = 0;
  }
  if (payload > usage.limits.bytes) {
    usage.exceed(payload);
    return nullptr;
  }
  usage.bytes += payload + sizeof(Reply);
  if (usage.bytes > usage.limits.bytes + kReplySurroundings) {
    usage.exceeded = fmt::format("a reply of more than {} bytes", usage.limits.bytes);
    return nullptr;
  }
  try {
    if (task->parent == nullptr) {
      return new Reply;
    }
    return &static_cast<Reply*>(task->parent->obj)->elements.emplace_back();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* create_string(const redisReadTask* task, char* text, size_t length) noexcept {
  auto* const reply = place(task, length);
  if (reply == nullptr) {
    return nullptr;
  }
  reply->type = type_of(task);
  if (task->type == REDIS_REPLY_VERB) {
    // A verbatim string begins with its format and a colon ("txt:"), which are not content.
    text += 4;
    length -= 4;
  }
  try {
    reply->text.assign(text, length);
  } catch (const std::bad_alloc&) {
    if (task->parent == nullptr) {
      delete reply;
    }
    return nullptr;
  }
  return reply;
}

void* create_aggregate(const redisReadTask* task, size_t elements) noexcept {
  auto& usage = usage_of(task);
  if (depth_of(task) > usage.limits.depth) {
    usage.exceeded = fmt::format("a reply nested more than {} deep", usage.limits.depth);
    return nullptr;
  }
  const auto before = task->parent == nullptr ? 0 : usage.elements;
  if (elements > usage.limits.elements - std::min(before, usage.limits.elements)) {
    usage.exceeded = fmt::format("a reply of more than {} elements", usage.limits.elements);
    return nullptr;
  }
  auto* const reply = place(task, 0);
  if (reply != nullptr) {
    usage.elements = before + elements;
    reply->type = type_of(task);
    // Not reserved in whole: the count is a promise that the peer may not keep.
    constexpr std::size_t kReserved = 64;
    reply->elements.reserve(std::min(elements, kReserved));
  }
  return reply;
}

void* create_integer(const redisReadTask* task, long long value) noexcept {
  auto* const reply = place(task, 0);
  if (reply != nullptr) {
    reply->type = ReplyType::integer;
    reply->integer = value;
  }
  return reply;
}

void* create_double(const redisReadTask* task, double /*value*/, char* text,
                    size_t length) noexcept {
  auto* const reply = create_string(task, text, length);
  if (reply != nullptr) {
    static_cast<Reply*>(reply)->type = ReplyType::number;
  }
  return reply;
}

void* create_null(const redisReadTask* task) noexcept {
  return place(task, 0);
}

void* create_boolean(const redisReadTask* task, int value) noexcept {
  auto* const reply = place(task, 0);
  if (reply != nullptr) {
    reply->type = ReplyType::boolean;
    reply->integer = value;
  }
  return reply;
}

void free_reply(void* reply) noexcept {
  delete static_cast<Reply*>(reply);
}

redisReplyObjectFunctions callbacks = {
    .createString = create_string,
    .createArray = create_aggregate,
    .createInteger = create_integer,
    .createDouble = create_double,
    .createNil = create_null,
    .createBool = create_boolean,
    .freeObject = free_reply,
};

struct ReaderDeleter {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};

/// What a peer speaks that is not Redis, as far as its first bytes tell.
Error foreign_protocol(std::string_view sample, std::string_view fault) {
  const auto error = [](std::string message, std::string hint) {
    return make_error(ErrorKind::protocol, Phase::command, std::move(message), std::move(hint));
  };
  if (sample.starts_with("HTTP/")) {
    return error("the peer speaks HTTP, not Redis", "check the port: a web service listens there");
  }
  if (sample.starts_with("\x15\x03")) {
    return error("the peer speaks TLS", "use rediss:// or --tls");
  }
  if (sample.starts_with("SSH-")) {
    return error("the peer speaks SSH, not Redis", "check the port: Redis uses 6379");
  }
  return error(fmt::format("the peer does not speak Redis: {}; it sent \"{}\"",
                           escape_for_terminal(fault), escape_for_terminal(sample)),
               "check host and port: something else listens there, or a proxy corrupts the stream");
}

}  // namespace

struct ReplyReader::State {
  std::unique_ptr<redisReader, ReaderDeleter> reader;
  Usage usage;
  std::string sample;
  std::optional<Error> failed;

  Error fail(Error error) {
    failed = std::move(error);
    return *failed;
  }

  Error fail_bound() {
    auto error = make_error(ErrorKind::protocol, Phase::command,
                            fmt::format("the server sends {}", usage.exceeded),
                            "this exceeds what any FOGIS service uses: check what publishes or "
                            "listens there");
    if (!usage.limits.option.empty()) {
      error.hint += fmt::format("; {} takes larger messages", usage.limits.option);
    }
    return fail(std::move(error));
  }

  /// Size of the bulk that the reader waits for, once its announcement has arrived.
  [[nodiscard]] std::size_t announced_bulk() const {
    if (reader->ridx < 0) {
      return 0;
    }
    const int type = reader->task[reader->ridx]->type;
    if (type != REDIS_REPLY_STRING && type != REDIS_REPLY_VERB) {
      return 0;
    }
    const std::string_view rest(reader->buf + reader->pos, reader->len - reader->pos);
    const auto digits = rest.substr(0, rest.find("\r\n"));
    std::size_t length = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
    return digits.size() == rest.size() ? 0 : length;
  }
};

ReplyReader::ReplyReader(ReplyLimits limits) : state_(std::make_unique<State>()) {
  state_->reader.reset(redisReaderCreateWithFunctions(&callbacks));
  state_->usage.limits = limits;
  if (state_->reader == nullptr) {
    state_->usage.exceeded = "no memory";
    state_->fail(make_error(ErrorKind::internal, Phase::command, "out of memory"));
    return;
  }
  state_->reader->privdata = &state_->usage;
  state_->reader->maxelements = static_cast<long long>(limits.elements);
}

ReplyReader::ReplyReader(ReplyReader&&) noexcept = default;
ReplyReader& ReplyReader::operator=(ReplyReader&&) noexcept = default;
ReplyReader::~ReplyReader() = default;

Result<void> ReplyReader::feed(std::string_view bytes) {
  auto& state = *state_;
  if (state.failed) {
    return failure(*state.failed);
  }
  if (buffered() == 0) {
    state.sample = bytes.substr(0, kSampleSize);
  }
  // Replies that nobody takes out must not pile up without a bound either.
  if (buffered() > state.usage.limits.bytes + kSampleSize) {
    state.usage.exceeded = fmt::format("more than {} unexpected bytes", state.usage.limits.bytes);
    return failure(state.fail_bound());
  }
  if (redisReaderFeed(state.reader.get(), bytes.data(), bytes.size()) != 0) {
    return failure(state.fail(make_error(ErrorKind::internal, Phase::command, "out of memory")));
  }
  return {};
}

Result<std::optional<Reply>> ReplyReader::next() {
  auto& state = *state_;
  if (state.failed) {
    return failure(*state.failed);
  }
  void* root = nullptr;
  if (redisReaderGetReply(state.reader.get(), &root) != 0) {
    if (state.reader->errstr == kCountRefused) {
      state.usage.exceeded =
          fmt::format("a reply of more than {} elements", state.usage.limits.elements);
    }
    return failure(state.usage.exceeded.empty()
                       ? state.fail(foreign_protocol(state.sample, state.reader->errstr))
                       : state.fail_bound());
  }
  if (root != nullptr) {
    const std::unique_ptr<Reply> reply(static_cast<Reply*>(root));
    return std::optional(std::move(*reply));
  }
  const auto bulk = state.announced_bulk();
  if (bulk == 0 && buffered() > kLongestLine) {
    state.usage.exceeded = fmt::format("a line of more than {} bytes", kLongestLine);
    return failure(state.fail_bound());
  }
  if (const auto announced = bulk > 0 ? bulk : buffered(); announced > state.usage.limits.bytes) {
    state.usage.exceed(announced);
    return failure(state.fail_bound());
  }
  return std::optional<Reply>();
}

std::string_view ReplyReader::peek() const {
  const auto* const reader = state_->reader.get();
  if (reader == nullptr || state_->failed) {
    return {};
  }
  // hiredis stands at a beginning when it has no task, or one whose type it has not seen yet.
  const bool at_beginning = reader->ridx < 0 || (reader->ridx == 0 && reader->task[0]->type < 0);
  return at_beginning ? std::string_view(reader->buf + reader->pos, reader->len - reader->pos)
                      : std::string_view();
}

void ReplyReader::skip(std::size_t bytes) {
  state_->reader->pos += bytes;
}

std::size_t ReplyReader::buffered() const {
  const auto* const reader = state_->reader.get();
  if (reader == nullptr || state_->failed) {
    return 0;
  }
  // A reply that has begun is outstanding even when all of its bytes have been consumed.
  const bool begun = reader->ridx > 0 || (reader->ridx == 0 && reader->task[0]->type >= 0);
  return reader->len - reader->pos + (begun ? 1 : 0);
}

}  // namespace fogis::redis
