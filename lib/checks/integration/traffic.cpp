#include "checks/integration/traffic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "checks/integration/survey.hpp"
#include "message/quote.hpp"

namespace fogis::checks::integration {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostJudged = std::size_t{64} << 20U;
constexpr std::size_t kMostFaults = 50;
constexpr auto kSamplePause = 50ms;

message::JudgeOptions for_calendar() {
  message::JudgeOptions options;
  options.reader = message::Reader::calendar;
  return options;
}

/// Whether a processing_status message says so; both forms in which JSON is usually written.
bool says_started(std::string_view payload) {
  return payload.find(R"("status":"started")") != std::string_view::npos ||
         payload.find(R"("status": "started")") != std::string_view::npos;
}

/// `completed: match_publishing_success is false` and the like; empty where the processor says
/// nothing of a failure.
std::string complaint_in(std::string_view payload, std::optional<message::Type> type) {
  const auto document = nlohmann::json::parse(payload, nullptr, false);
  const auto text_at = [&](const char* place) -> std::string {
    const nlohmann::json::json_pointer pointer(place);
    return document.contains(pointer) && document[pointer].is_string()
               ? message::excerpt(document[pointer].get_ref<const std::string&>())
               : std::string();
  };
  const auto with = [](std::string what, const std::string& why) {
    return why.empty() ? what : what + ": " + why;
  };
  if (!document.is_object()) {
    return {};
  }
  if (type == message::Type::system_alert && text_at("/payload/severity") == "error") {
    return with("an alert of severity error", text_at("/payload/message"));
  }
  if (type != message::Type::processing_status) {
    return {};
  }
  if (text_at("/payload/status") == "failed") {
    return with("status failed", text_at("/payload/details/error_message"));
  }
  for (const auto* const place :
       {"/payload/details/match_publishing_success", "/payload/match_publishing_success"}) {
    const nlohmann::json::json_pointer pointer(place);
    if (document.contains(pointer) && document[pointer] == nlohmann::json(false)) {
      return "completed with match_publishing_success false";
    }
  }
  return {};
}

/// Takes messages until the deadline; what interrupts it is told in the result's error.
void take_messages(redis::Subscriber& subscriber, const Deadline& deadline, TrafficCount& count,
                   std::optional<Error>& error) {
  while (!deadline.expired()) {
    auto event = subscriber.next(deadline);
    if (!event) {
      error = std::move(event.error());
      return;
    }
    if (!*event) {
      return;
    }
    if (auto* const gap = std::get_if<redis::Resubscribed>(&**event)) {
      error = std::move(gap->cause);
    } else {
      count.add(std::get<redis::Message>(**event));
    }
  }
}

/// Samples until the deadline; a failure ends it, since whoever receives will meet it too.
void sample(Context& context, const Deadline& deadline, SlowSubscribers& slow) {
  while (sample_waiting(context, slow) && deadline.pause(kSamplePause) == WaitOutcome::ready) {}
}

}  // namespace

TrafficCount::TrafficCount(std::string_view our_source)
    : our_mark_(fmt::format(R"("source":"{}")", our_source)), judge_(for_calendar()) {}

void TrafficCount::add(const redis::Message& message) {
  if (message.payload.find(our_mark_) != std::string::npos) {
    return;
  }
  auto& channel = traffic_.channels[message.channel];
  ++channel.messages;
  channel.bytes += message.payload.size();
  ++traffic_.messages;
  if (judged_bytes_ + message.payload.size() <= kMostJudged) {
    judged_bytes_ += message.payload.size();
    judge(message);
  }
}

void TrafficCount::judge(const redis::Message& message) {
  const auto judgement = judge_.judge(message.payload, message.channel);
  ++traffic_.judged;
  if (judgement.type == message::Type::processing_status && says_started(message.payload)) {
    ++traffic_.started;
  }
  traffic_.broken += judgement.valid() ? 0 : 1;
  if (auto complaint = complaint_in(message.payload, judgement.type); !complaint.empty()) {
    if (++traffic_.complaints == 1) {
      traffic_.complaint = std::move(complaint);
    }
  }
  note_faults(message, judgement);
}

void TrafficCount::note_faults(const redis::Message& message, const message::Judgement& judgement) {
  std::vector<std::string> counted;
  for (const auto& finding : judgement.findings) {
    const std::string id(finding.ref.empty() ? finding.rule : finding.ref);
    if (std::find(counted.begin(), counted.end(), id) != counted.end()) {
      continue;
    }
    counted.push_back(id);
    auto known = std::find_if(traffic_.faults.begin(), traffic_.faults.end(),
                              [&](const MessageFault& fault) { return fault.id == id; });
    if (known == traffic_.faults.end()) {
      if (traffic_.faults.size() == kMostFaults) {
        continue;
      }
      known = traffic_.faults.insert(
          known, MessageFault{id, finding.severity, std::string(finding.rule), message.channel,
                              finding.pointer, finding.found, std::string(finding.consequence),
                              std::string(finding.hint), 0});
    }
    ++known->messages;
  }
}

Traffic watch_traffic(Context& context, const std::vector<std::string>& channels,
                      std::string_view our_source, std::chrono::nanoseconds span,
                      SlowSubscribers& slow) {
  auto observer = context.make_subscriber(kNoRetry, "observer");
  if (auto done = observer.subscribe(channels); !done) {
    Traffic traffic;
    traffic.error = context.explain(std::move(done.error()), {"SUBSCRIBE"});
    return traffic;
  }
  const auto started = Deadline::Clock::now();
  const auto deadline = Deadline::after(span, context.stop());
  TrafficCount count(our_source);
  std::optional<Error> error;
  std::thread sampler([&] { sample(context, deadline, slow); });
  take_messages(observer, deadline, count, error);
  sampler.join();
  if (!error) {
    if (auto done = observer.unsubscribe(channels); !done) {
      error = context.explain(std::move(done.error()), {"UNSUBSCRIBE"});
    }
  }
  auto traffic = count.traffic();
  traffic.watched = true;
  traffic.error = std::move(error);
  traffic.watched_for = Deadline::Clock::now() - started;
  return traffic;
}

}  // namespace fogis::checks::integration
