#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/delivery.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

using namespace std::string_literals;

struct Payload {
  std::string_view name;
  std::string bytes;
};

/// All byte values again and again, out of step with powers of two so that a cut shows.
std::string patterned(std::size_t size) {
  constexpr std::size_t kPeriod = 251;
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>((i % kPeriod) ^ (i / kPeriod));
  }
  return bytes;
}

std::vector<Payload> small_payloads() {
  return {{"empty", ""s},
          {"NUL bytes", "before\0after\0"s},
          {"line ends", "\r\n$5\r\n*1\r\n"s},
          {"invalid UTF-8", "\xC3\x28\xF0\x9F\xFF\xFE\x80"s},
          {"multi-byte text", "Malmö – Örebro ⚽"s},
          {"all byte values", patterned(4096)}};
}

std::string altered_text(const Payload& sent, std::string_view got) {
  const auto& bytes = sent.bytes;
  const auto [at, other] = std::mismatch(bytes.begin(), bytes.end(), got.begin(), got.end());
  return fmt::format("{} of {} came back as {}, different from byte {} on", sent.name,
                     count_of(bytes.size(), "byte"), count_of(got.size(), "byte"),
                     at - bytes.begin());
}

CheckResult altered(std::string_view kind, const Payload& sent, std::string_view got) {
  return failed(fmt::format("a {} was changed", kind),
                fmt::format("{}: {}", kind, altered_text(sent, got)),
                "a proxy or a client library treats data as text");
}

/// Pass or fail; `sent` as a value.
Result<CheckResult> round_trip_value(Context& context, const Payload& sent) {
  const auto key = context.key("binary:value");
  TRY(context.ask({"SET", key, sent.bytes, "EX", kKeyTtlSeconds}));
  TRY_ASSIGN(const auto got, context.ask({"GET", key}));
  if (got.type != redis::ReplyType::string || got.text != sent.bytes) {
    return altered("value", sent, got.text);
  }
  return passed({});
}

Result<CheckResult> round_trip_message(Context& context, redis::Subscriber& subscriber,
                                       const std::string& channel, const Payload& sent) {
  TRY_ASSIGN(const auto receivers, publish(context, channel, sent.bytes));
  const auto got = next_message(subscriber, context.operation_deadline());
  if (!got) {
    auto error = got.error();
    if (error.kind == ErrorKind::disconnected) {
      error.hint =
          "a message larger than client-output-buffer-limit pubsub disconnects its subscribers";
    }
    return failure(std::move(error));
  }
  if (!*got) {
    return failed(
        "a message did not arrive",
        fmt::format("message: {} was published to {} and did not arrive in time", sent.name,
                    count_of(static_cast<std::size_t>(receivers), "receiver")));
  }
  if ((*got)->payload != sent.bytes) {
    return altered("message", sent, (*got)->payload);
  }
  return passed({});
}

/// Why the large payload is not written, with the verdict that this makes; pass when it may be.
CheckResult room_for_large(const Context& context) {
  // As a value, as what is read and what is answered, and for the message's receiver.
  constexpr std::size_t kCopies = 4;
  const auto memory = context.spare_memory().memory.value_or(redis::Memory());
  if (!memory.has_room_for(kCopies * context.options().payload_size)) {
    return warned(
        "small payloads only",
        fmt::format("large payloads were skipped: less than 10 % of maxmemory would stay free "
                    "({} of {} bytes in use)",
                    memory.used, memory.limit),
        "free memory, raise maxmemory, or use a smaller --payload-size");
  }
  return passed({});
}

}  // namespace

Result<CheckResult> check_binary_safety(Context& context) {
  auto payloads = small_payloads();
  auto room = room_for_large(context);
  if (room.status == Status::pass) {
    payloads.push_back({"a large payload", patterned(context.options().payload_size)});
  }
  const auto channel = context.channel("binary");
  auto subscriber = context.make_subscriber();
  TRY(subscribe(context, subscriber, {channel}));
  std::size_t largest = 0;
  for (const auto& payload : payloads) {
    auto judged = round_trip_value(context, payload);
    if (judged && judged->status == Status::pass) {
      judged = round_trip_message(context, subscriber, channel, payload);
    }
    if (!judged || judged->status != Status::pass) {
      return judged;
    }
    largest = std::max(largest, payload.bytes.size());
  }
  if (room.status == Status::pass) {
    room.summary = fmt::format("{} payloads, up to {} bytes", payloads.size(), largest);
  }
  room.detail("payloads", static_cast<std::int64_t>(payloads.size()));
  room.detail("largest_bytes", static_cast<std::int64_t>(largest));
  return room;
}

}  // namespace fogis::checks
