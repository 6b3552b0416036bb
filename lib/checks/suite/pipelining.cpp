#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/random.hpp"
#include "checks/suite/checks.hpp"
#include "checks/suite/expected.hpp"
#include "checks/verdict.hpp"

namespace fogis::checks {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr std::size_t kPipelineRounds = 250;  ///< of four commands each

/// Commands whose replies differ from all others, so that a mix-up of any two shows.
struct Batch {
  redis::Pipeline pipeline;
  std::vector<redis::Reply> wanted;

  void add(std::initializer_list<std::string_view> command, redis::Reply reply) {
    pipeline.add(command);
    wanted.push_back(std::move(reply));
  }
};

Batch make_batch(std::string_view value, std::string_view counter) {
  Batch batch;
  batch.add({"SET", counter, "0", "EX", kKeyTtlSeconds}, status_reply("OK"));
  for (std::size_t round = 1; round <= kPipelineRounds; ++round) {
    const auto text = fmt::format("{}:{}", round, random_hex(16));
    batch.add({"SET", value, text, "EX", kKeyTtlSeconds}, status_reply("OK"));
    batch.add({"INCR", counter}, integer_reply(static_cast<std::int64_t>(round)));
    batch.add({"ECHO", text}, string_reply(text));
    batch.add({"GET", value}, string_reply(text));
  }
  return batch;
}

}  // namespace

Result<CheckResult> check_pipelining(Context& context) {
  const auto value = context.key("pipelining:value");
  const auto counter = context.key("pipelining:counter");
  const auto batch = make_batch(value, counter);
  TRY_ASSIGN(auto lease, context.client().lease());
  const auto started = steady_clock::now();
  const auto replies = lease->run(batch.pipeline, context.operation_deadline());
  const nanoseconds elapsed = steady_clock::now() - started;
  if (!replies) {
    return failure(replies.error());
  }
  for (std::size_t i = 0; i < replies->size(); ++i) {
    // Of each round of four the first writes the value and the second the counter.
    if (i == 0 || i % 4 == 1 || i % 4 == 2) {
      context.wrote(i % 4 == 1 ? value : counter, (*replies)[i].is_error());
    }
  }
  for (std::size_t i = 0; i < replies->size(); ++i) {
    if ((*replies)[i].is_error()) {
      return failure(context.refusal((*replies)[i], {"INCR"}));
    }
    if (!same((*replies)[i], batch.wanted[i])) {
      return failed("a reply belongs to another command",
                    mismatch(fmt::format("command {} of {}", i + 1, replies->size()),
                             batch.wanted[i], (*replies)[i]),
                    "a proxy may mix up replies: connect without it");
    }
  }
  auto result = passed(fmt::format("{} commands in {}", replies->size(), format_duration(elapsed)));
  result.detail("commands", static_cast<std::int64_t>(replies->size())).detail("elapsed", elapsed);
  return result;
}

}  // namespace fogis::checks
