#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/suite/checks.hpp"
#include "checks/suite/delivery.hpp"
#include "checks/verdict.hpp"
#include "message/channels.hpp"

namespace fogis::checks {
namespace {

using message::Channel;
using message::ChannelRole;
using message::Party;

/// Whether a command may be run on a channel, or what stands in the way. A server looks at the
/// command first.
enum class Right : std::uint8_t { allowed, no_command, no_channel };

/// What a user may do on one channel.
struct Rights {
  const Channel* channel;
  Right publish;
  Right subscribe;
};

bool published_by_processor(const Channel& channel) {
  return channel.publisher == Party::match_list_processor && channel.role == ChannelRole::live;
}

bool heard_by_calendar(const Channel& channel) {
  return channel.subscriber == Party::calendar;
}

std::string user_name(const Context& context, const Result<redis::Reply>& whoami) {
  return whoami ? whoami->text : std::string(context.user());
}

Right right_of(std::string_view refusal) {
  return refusal.find(" to run ") != std::string_view::npos ? Right::no_command : Right::no_channel;
}

/// Asks whether the user may run the command; the server answers OK or why not.
Result<Right> may(Context& context, std::initializer_list<std::string_view> dry_run) {
  TRY_ASSIGN(const auto reply, context.ask(dry_run, redis::Repeat::if_unsure));
  return reply.is_status("OK") ? Right::allowed : right_of(reply.text);
}

Result<std::vector<Rights>> ask_rights(Context& context, const std::string& user) {
  std::vector<Rights> all;
  for (const auto& channel : message::channels()) {
    TRY_ASSIGN(const auto publish,
               may(context, {"ACL", "DRYRUN", user, "PUBLISH", channel.name, "x"}));
    TRY_ASSIGN(const auto subscribe,
               may(context, {"ACL", "DRYRUN", user, "SUBSCRIBE", channel.name}));
    all.push_back({&channel, publish, subscribe});
  }
  return all;
}

using Member = Right Rights::*;

/// The names of the channels of a part that the user may not use.
std::string missing(const std::vector<Rights>& all, bool (*belongs)(const Channel&), Member right) {
  std::string list;
  for (const auto& rights : all) {
    if (belongs(*rights.channel) && rights.*right != Right::allowed) {
      list += fmt::format(" &{}", rights.channel->name);
    }
  }
  return list;
}

/// The rules that a part lacks. Channels are known where one of the commands may be run; else they
/// are named with that reserve.
std::string rules(const std::vector<Rights>& all, bool (*belongs)(const Channel&), Member right,
                  std::string_view command) {
  bool lacks_command = false;
  std::string denied;
  std::string unknown;
  for (const auto& rights : all) {
    if (!belongs(*rights.channel)) {
      continue;
    }
    lacks_command = lacks_command || rights.*right == Right::no_command;
    if (rights.publish == Right::no_channel || rights.subscribe == Right::no_channel) {
      denied += fmt::format(" &{}", rights.channel->name);
    } else if (rights.publish != Right::allowed && rights.subscribe != Right::allowed) {
      unknown += fmt::format(" &{}", rights.channel->name);
    }
  }
  return fmt::format("{}{}{}{}", lacks_command ? fmt::format(" +{}", command) : "", denied,
                     unknown.empty() ? "" : " and, unless it has them,", unknown);
}

std::string names(const std::vector<Rights>& all, Member right, bool wanted) {
  std::string list;
  for (const auto& rights : all) {
    if ((rights.*right == Right::allowed) == wanted) {
      list += fmt::format("{}{}", list.empty() ? "" : " ", rights.channel->name);
    }
  }
  return list.empty() ? "none" : list;
}

bool has_none(const std::vector<Rights>& all) {
  return std::none_of(all.begin(), all.end(), [](const Rights& rights) {
    return rights.publish == Right::allowed || rights.subscribe == Right::allowed;
  });
}

CheckResult judge(const std::vector<Rights>& all, const std::string& user) {
  const auto unpublished = missing(all, published_by_processor, &Rights::publish);
  const auto unheard = missing(all, heard_by_calendar, &Rights::subscribe);
  if (unpublished.empty() && unheard.empty()) {
    return passed("may publish and subscribe for FOGIS");
  }
  if (unpublished.empty() || unheard.empty()) {
    return passed(unpublished.empty() ? "may publish for FOGIS, not subscribe to all"
                                      : "may subscribe for FOGIS, not publish on all");
  }
  const auto cause = fmt::format("user {} may not publish on{} and may not subscribe to{}", user,
                                 unpublished, unheard);
  const auto hint =
      fmt::format("as publisher: ACL SETUSER {0}{1}; as subscriber: ACL SETUSER {0}{2}", user,
                  rules(all, published_by_processor, &Rights::publish, "publish"),
                  rules(all, heard_by_calendar, &Rights::subscribe, "subscribe"));
  return has_none(all) ? failed("no permission for any FOGIS channel", cause, hint)
                       : warned("too few permissions for publisher or subscriber", cause, hint);
}

CheckResult judge_with_details(const std::vector<Rights>& all, const std::string& user) {
  auto result = judge(all, user);
  result.detail("user", user)
      .detail("publish_allowed", names(all, &Rights::publish, true))
      .detail("publish_denied", names(all, &Rights::publish, false))
      .detail("subscribe_allowed", names(all, &Rights::subscribe, true))
      .detail("subscribe_denied", names(all, &Rights::subscribe, false));
  return result;
}

/// Without ACL DRYRUN subscribing can still be tried for a moment, publishing cannot. `why` is what
/// stood in the way.
Result<CheckResult> try_subscribing(Context& context, const std::string& user, const Error& why) {
  auto subscriber = context.make_subscriber();
  std::string denied;
  bool lacks_command = false;
  for (const auto& channel : message::channels()) {
    const auto done = subscriber.subscribe({std::string(channel.name)});
    if (!done && done.error().kind != ErrorKind::forbidden) {
      return failure(done.error());
    }
    if (!done && heard_by_calendar(channel)) {
      denied += fmt::format(" &{}", channel.name);
      lacks_command = lacks_command || right_of(done.error().message) == Right::no_command;
    }
  }
  const auto unjudged =
      fmt::format("publishing was not evaluated, because it needs ACL DRYRUN: {}", why.message);
  auto result =
      denied.empty()
          ? skipped("may subscribe; publishing not evaluated", unjudged, why.hint)
          : warned("may not subscribe to all channels",
                   fmt::format("user {} may not subscribe to{}; {}", user, denied, unjudged),
                   lacks_command
                       ? fmt::format("ACL SETUSER {} +subscribe and, unless it has them,{}", user,
                                     denied)
                       : fmt::format("ACL SETUSER {}{}", user, denied));
  result.detail("user", user);
  return result;
}

}  // namespace

Result<CheckResult> check_acl(Context& context) {
  const auto whoami = context.ask({"ACL", "WHOAMI"}, redis::Repeat::if_unsure);
  if (!whoami && whoami.error().kind != ErrorKind::forbidden) {
    return failure(whoami.error());
  }
  const auto user = user_name(context, whoami);
  const auto rights = ask_rights(context, user);
  if (rights) {
    return judge_with_details(*rights, user);
  }
  return rights.error().kind == ErrorKind::forbidden
             ? try_subscribing(context, user, rights.error())
             : failure(rights.error());
}

}  // namespace fogis::checks
