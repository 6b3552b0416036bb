#include <fmt/format.h>

#include <algorithm>
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

/// What a user may do on one channel.
struct Rights {
  const Channel* channel;
  bool publish;
  bool subscribe;
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

/// Whether the user may run the command; the server answers OK or why not.
Result<bool> may(Context& context, std::initializer_list<std::string_view> dry_run) {
  TRY_ASSIGN(const auto reply, context.ask(dry_run, redis::Repeat::if_unsure));
  return reply.is_status("OK");
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

using Member = bool Rights::*;

/// `&name` of each channel of a part that the user lacks.
std::string missing(const std::vector<Rights>& all, bool (*belongs)(const Channel&), Member right) {
  std::string list;
  for (const auto& rights : all) {
    if (belongs(*rights.channel) && !(rights.*right)) {
      list += fmt::format(" &{}", rights.channel->name);
    }
  }
  return list;
}

std::string names(const std::vector<Rights>& all, Member right, bool wanted) {
  std::string list;
  for (const auto& rights : all) {
    if (rights.*right == wanted) {
      list += fmt::format("{}{}", list.empty() ? "" : " ", rights.channel->name);
    }
  }
  return list.empty() ? "none" : list;
}

bool has_none(const std::vector<Rights>& all) {
  return std::none_of(all.begin(), all.end(),
                      [](const Rights& rights) { return rights.publish || rights.subscribe; });
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
  const auto hint = fmt::format(
      "as publisher: ACL SETUSER {0} +publish{1}; as subscriber: ACL SETUSER {0} +subscribe{2}",
      user, unpublished, unheard);
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
  for (const auto& channel : message::channels()) {
    const auto done = subscriber.subscribe({std::string(channel.name)});
    if (!done && done.error().kind != ErrorKind::forbidden) {
      return failure(done.error());
    }
    if (!done && heard_by_calendar(channel)) {
      denied += fmt::format(" &{}", channel.name);
    }
  }
  const auto unjudged =
      fmt::format("publishing was not evaluated, because it needs ACL DRYRUN: {}", why.message);
  auto result =
      denied.empty()
          ? skipped("may subscribe; publishing not evaluated", unjudged, why.hint)
          : warned("may not subscribe to all channels",
                   fmt::format("user {} may not subscribe to{}; {}", user, denied, unjudged),
                   fmt::format("ACL SETUSER {} +subscribe{}", user, denied));
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
