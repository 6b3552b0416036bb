#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "base/deadline.hpp"
#include "message/builder.hpp"
#include "redis/client.hpp"
#include "redis/publisher.hpp"
#include "standins/http_face.hpp"
#include "standins/role.hpp"

namespace fogis::standins {
namespace {

using message::BuildOptions;
using message::Shape;

constexpr std::string_view kSource = "match-list-processor";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// The envelope's timestamp without its zone.
std::string without_zone(std::string text) {
  constexpr std::string_view kKey = R"("timestamp":")";
  const auto value = text.find(kKey) + kKey.size();
  const auto end = text.find('"', value);
  return text.erase(end - 1, 1);
}

/// A match update of the healthy processor, or with the fault of that name.
std::string match_update(const std::string& fault) {
  BuildOptions options;
  options.source = kSource;
  if (fault == "D1") {
    return message::build_message(Shape::production, options);
  }
  if (fault == "D2") {
    return message::build_message(Shape::enhanced_v2, options);
  }
  if (fault == "D4") {
    options.matches = 0;
  }
  auto text = message::build_message(Shape::corrected, options);
  if (fault == "D5") {
    return replaced(std::move(text), R"("domaruppdraglista":[)",
                    R"("domaruppdraglista":null,"x":[)");
  }
  if (fault == "D6") {
    // A category that the calendar takes for urgent would make up for the priority.
    return replaced(replaced(std::move(text), R"("priority":"high")", R"("priority":"critical")"),
                    R"("category":"time_change")", R"("category":"team_change")");
  }
  return fault == "D7" ? without_zone(std::move(text)) : text;
}

std::string processing_status(message::ProcessingState state) {
  BuildOptions options;
  options.source = kSource;
  options.state = state;
  return message::build_message(Shape::processing_status, options);
}

/// How a cycle ends.
std::string cycle_end(const std::string& fault) {
  if (fault == "failed") {
    return processing_status(message::ProcessingState::failed);
  }
  auto text = processing_status(message::ProcessingState::completed);
  return fault == "publishing-failed"
             ? replaced(std::move(text), R"("match_publishing_success":true)",
                        R"("match_publishing_success":false)")
             : text;
}

Answers answers_of(const std::string& fault) {
  Answers answers;
  answers["/health/simple"] = [] { return Answer{200, R"({"status": "healthy"})"}; };
  answers["/health"] = [fault] {
    const bool is_unhealthy = fault == "unhealthy";
    const std::string word = is_unhealthy || fault == "degraded" ? fault : std::string("healthy");
    return Answer{is_unhealthy ? 503 : 200,
                  fmt::format(R"({{"service_name": "match-list-processor", "status": "{}", )"
                              R"("version": "0.0.0", "uptime_seconds": {}, "dependencies": {{}}}})",
                              word, fault == "old" ? 86400 : 1)};
  };
  return answers;
}

/// A lost connection ends the stand-in only for good: the service goes on as well.
void publish(redis::Client& client, const std::string& channel, const std::string& message) {
  const auto receivers = redis::Publisher(client).publish(channel, message);
  if (!receivers) {
    std::fprintf(stderr, "stand-in: %s\n", receivers.error().message.c_str());
  }
}

}  // namespace

void play_processor(const RoleOptions& options) {
  const HttpFace face(answers_of(options.fault), options.http_fault);
  announce(face.port());
  redis::Client client(options.settings, {}, nullptr);
  while (true) {
    if (options.fault != "silent") {
      publish(client, "fogis:processor:status",
              processing_status(message::ProcessingState::started));
    }
    if (options.fault != "silent" && options.fault != "no-end") {
      publish(client, options.channel, match_update(options.fault));
      publish(client, "fogis:processor:status", cycle_end(options.fault));
    }
    [[maybe_unused]] const auto outcome = Deadline::never(nullptr).pause(options.interval);
  }
}

}  // namespace fogis::standins
