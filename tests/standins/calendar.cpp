#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/deadline.hpp"
#include "message/channels.hpp"
#include "redis/client.hpp"
#include "redis/connection.hpp"
#include "redis/subscriber.hpp"
#include "standins/http_face.hpp"
#include "standins/role.hpp"

namespace fogis::standins {
namespace {

using namespace std::chrono_literals;

struct Claims {
  bool enabled = true;
  bool connected = true;
  bool subscribed = true;
};

std::vector<std::string> channels_of(const RoleOptions& options) {
  if (options.fault == "other-channels") {
    return {"example:matches", "example:status", "example:alerts"};
  }
  if (options.fault == "v2-only") {
    return {"fogis:matches:updates:v2", "fogis:matches:updates:v1"};
  }
  std::vector<std::string> channels;
  for (const auto& channel : message::channels()) {
    if (channel.subscriber == message::Party::calendar) {
      channels.emplace_back(channel.name);
    }
  }
  if (options.fault == "slow") {
    channels.emplace_back("standin:flood");
  }
  return channels;
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string list;
  for (const auto& text : texts) {
    list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", text);
  }
  return list;
}

std::string status_document(const Claims& claims) {
  return fmt::format(
      R"({{"success": true, "timestamp": "2030-01-01T00:00:00Z", "redis_status": {{"enabled": {}, "connected": {}, "subscribed": {}, "redis_available": {}}}}})",
      claims.enabled, claims.connected, claims.subscribed, claims.connected);
}

std::string config_document(const RoleOptions& options) {
  const bool is_elsewhere = options.fault == "other-channels";
  return fmt::format(
      R"({{"success": true, "config": {{"url": "{}", "enabled": true, "timeout": 5, "channels": {{"match_updates": "{}", "processor_status": "{}", "system_alerts": "{}"}}}}}})",
      options.claimed_redis.empty() ? options.redis_url : options.claimed_redis,
      is_elsewhere ? "example:matches" : "fogis:matches:updates",
      is_elsewhere ? "example:status" : "fogis:processor:status",
      is_elsewhere ? "example:alerts" : "fogis:system:alerts");
}

Claims claims_of(const std::string& fault) {
  Claims claims;
  claims.enabled = fault != "disabled";
  claims.connected = fault != "disconnected" && fault != "disabled";
  claims.subscribed = claims.connected && fault != "never-subscribed";
  return claims;
}

std::string health_document(const std::string& fault) {
  if (fault == "no-credentials") {
    return R"({"status": "initializing", "auth_status": "not_authenticated", "version": "0.0.0"})";
  }
  if (fault == "expired-credentials") {
    return R"({"status": "healthy", "auth_status": "authenticated", "version": "0.0.0", )"
           R"("oauth_info": {"expires_in_hours": -5.5, "has_refresh_token": false}})";
  }
  return R"({"status": "healthy", "version": "0.0.0", )"
         R"("oauth_info": {"expires_in_hours": -5.5, "has_refresh_token": true}})";
}

Answers answers_of(const RoleOptions& options) {
  const auto claims = claims_of(options.fault);
  const auto channels = channels_of(options);
  Answers answers;
  answers["/health"] = [fault = options.fault] { return Answer{200, health_document(fault)}; };
  if (options.fault == "no-integration") {
    return answers;
  }
  if (options.fault == "deaf") {
    for (const auto* const path : {"/redis-status", "/redis-stats", "/redis-config"}) {
      answers[path] = [] { return Answer{500, R"({"success": false})"}; };
    }
    return answers;
  }
  answers["/redis-status"] = [claims] { return Answer{200, status_document(claims)}; };
  answers["/redis-stats"] = [claims, channels] {
    return Answer{
        200, fmt::format(
                 R"({{"success": true, "stats": {{"subscription_active": {}, "channels": [{}]}}}})",
                 claims.subscribed, quoted_list(channels))};
  };
  answers["/redis-config"] = [options] { return Answer{200, config_document(options)}; };
  return answers;
}

[[noreturn]] void fail(const Error& error) {
  std::fprintf(stderr, "stand-in: %s\n", error.message.c_str());
  std::exit(1);
}

[[noreturn]] void wait_for_ever() {
  while (true) {
    [[maybe_unused]] const auto outcome = Deadline::never(nullptr).pause(1h);
  }
}

void say_lost() {
  std::printf("lost\n");
  std::fflush(stdout);
}

/// Subscribes once the key is there: an event in place of a reconnect's back-off.
void subscribe_on_key(const RoleOptions& options, redis::Subscriber& subscriber) {
  redis::Client client(options.settings, {}, nullptr);
  while (true) {
    const auto reply = client.command({"EXISTS", "standin:subscribe"}, redis::Repeat::if_unsure);
    if (reply && reply->integer == 1 && subscriber.subscribe(channels_of(options))) {
      return;
    }
    [[maybe_unused]] const auto outcome = Deadline::never(nullptr).pause(20ms);
  }
}

/// What becomes of a listener that lost its connection: it never subscribes again, or not at once.
[[noreturn]] void lose(const RoleOptions& options) {
  say_lost();
  if (options.fault == "late-reconnect") {
    redis::Subscriber again(options.settings, {}, nullptr);
    subscribe_on_key(options, again);
    wait_for_ever();
  }
  wait_for_ever();
}

/// Reads what is published, as the calendar's listening thread does, and drops it.
[[noreturn]] void listen(redis::Subscriber& subscriber, const RoleOptions& options) {
  while (true) {
    if (auto event = subscriber.next(Deadline::never(nullptr)); !event) {
      if (options.fault == "spinning" || options.fault == "late-reconnect") {
        lose(options);
      }
      fail(event.error());
    }
  }
}

bool is_subscriber(const std::string& fault) {
  return fault != "never-subscribed" && fault != "disabled" && fault != "disconnected" &&
         fault != "no-integration" && fault != "deaf";
}

}  // namespace

void play_calendar(const RoleOptions& options) {
  std::optional<redis::Subscriber> subscriber;
  std::optional<redis::Connection> connection;
  if (is_subscriber(options.fault)) {
    redis::Subscriber::Options how;
    if (options.fault == "spinning" || options.fault == "late-reconnect") {
      how.retry.retries = 0;
    }
    subscriber.emplace(options.settings, how, nullptr);
    if (auto done = subscriber->subscribe(channels_of(options)); !done) {
      fail(done.error());
    }
  } else if (options.fault == "never-subscribed") {
    auto opened = redis::Connection::open(options.settings, Deadline::after(5s, nullptr));
    if (!opened) {
      fail(opened.error());
    }
    connection.emplace(std::move(*opened));
  }
  if (options.fault == "dead-listener") {
    if (auto done = subscriber->unsubscribe(channels_of(options)); !done) {
      fail(done.error());
    }
    subscriber.reset();
  }
  std::optional<redis::Subscriber> unread;
  if (options.fault == "leftover") {
    unread.emplace(options.settings, redis::Subscriber::Options{}, nullptr);
    if (auto done = unread->subscribe(channels_of(options)); !done) {
      fail(done.error());
    }
  }
  const HttpFace face(answers_of(options), options.http_fault);
  announce(face.port());
  if (subscriber && options.fault != "slow") {
    listen(*subscriber, options);
  }
  wait_for_ever();
}

}  // namespace fogis::standins
