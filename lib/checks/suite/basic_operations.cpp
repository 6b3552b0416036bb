#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/expected.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

struct Step {
  std::vector<std::string_view> command;
  redis::Reply wanted;
};

/// Each key gets its TTL in the step that makes it or in the one after: all travel together.
std::vector<Step> steps_for(std::string_view text, std::string_view counter, std::string_view hash,
                            std::string_view list) {
  return {
      {{"SET", text, "first", "EX", kKeyTtlSeconds}, status_reply("OK")},
      {{"SET", text, "second", "NX"}, null_reply()},
      {{"GET", text}, string_reply("first")},
      {{"APPEND", text, " half"}, integer_reply(10)},
      {{"GETRANGE", text, "6", "-1"}, string_reply("half")},
      {{"STRLEN", text}, integer_reply(10)},
      {{"TYPE", text}, status_reply("string")},
      {{"SET", counter, "41", "EX", kKeyTtlSeconds}, status_reply("OK")},
      {{"INCR", counter}, integer_reply(42)},
      {{"INCRBY", counter, "-2"}, integer_reply(40)},
      {{"MGET", counter}, {}},
      {{"HSET", hash, "home", "Lions", "away", "Bears"}, integer_reply(2)},
      {{"EXPIRE", hash, kKeyTtlSeconds}, integer_reply(1)},
      {{"HGET", hash, "away"}, string_reply("Bears")},
      {{"RPUSH", list, "a", "b", "c"}, integer_reply(3)},
      {{"EXPIRE", list, kKeyTtlSeconds}, integer_reply(1)},
      {{"LPOP", list}, string_reply("a")},
      {{"LLEN", list}, integer_reply(2)},
      {{"EXISTS", text, counter, hash, list}, integer_reply(4)},
      {{"PEXPIRE", text, "0"}, integer_reply(1)},
      {{"GET", text}, null_reply()},
      {{"DEL", counter, hash, list}, integer_reply(3)},
      {{"EXISTS", counter, hash, list}, integer_reply(0)},
  };
}

bool makes_key(std::string_view command) {
  constexpr std::array<std::string_view, 6> kWriters{"SET",    "APPEND", "INCR",
                                                     "INCRBY", "HSET",   "RPUSH"};
  return std::find(kWriters.begin(), kWriters.end(), command) != kWriters.end();
}

redis::Reply array_reply(std::vector<redis::Reply> elements) {
  redis::Reply reply;
  reply.type = redis::ReplyType::array;
  reply.elements = std::move(elements);
  return reply;
}

}  // namespace

Result<CheckResult> check_basic_operations(Context& context) {
  const auto text = context.key("basic:text");
  const auto counter = context.key("basic:counter");
  const auto hash = context.key("basic:hash");
  const auto list = context.key("basic:list");
  auto steps = steps_for(text, counter, hash, list);
  redis::Pipeline pipeline;
  for (auto& step : steps) {
    if (step.command.front() == "MGET") {
      step.wanted = array_reply({string_reply("40")});
    }
    pipeline.add(step.command);
  }
  TRY_ASSIGN(auto lease, context.client().lease());
  TRY_ASSIGN(const auto replies, lease->run(pipeline, context.operation_deadline()));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (makes_key(steps[i].command.front())) {
      context.wrote(steps[i].command[1], replies[i].is_error());
    }
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto& reply = replies[i];
    const auto command = steps[i].command.front();
    if (reply.is_error()) {
      return failure(context.refusal(reply, {command}));
    }
    if (!same(reply, steps[i].wanted)) {
      return failed(fmt::format("{} failed", command), mismatch(command, steps[i].wanted, reply),
                    "the server does not behave like Redis: check what is in between");
    }
  }
  return passed(fmt::format("{} as documented", count_of(steps.size(), "command")));
}

}  // namespace fogis::checks
