#include "checks/integration/traffic.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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
constexpr auto kObserverPing = 3s;

message::JudgeOptions for_calendar() {
  message::JudgeOptions options;
  options.reader = message::Reader::calendar;
  return options;
}

/// A cycle without an end is told when it has published nothing for that long.
constexpr auto kCycleTime = 60s;

/// What a status or an alert says of the processor's work.
struct ProcessorReport {
  std::string status;
  bool has_changes = false;  ///< the cycle changed something
  std::string complaint;     ///< of a failure, in words; empty: there was none
};

/// The first of the two places that has something: some documents leave out `details`.
const nlohmann::json* find_detail(const nlohmann::json& document, const char* name) {
  for (const auto* const parent : {"/payload/details/", "/payload/"}) {
    const nlohmann::json::json_pointer place(std::string(parent) + name);
    if (document.contains(place)) {
      return &document[place];
    }
  }
  return nullptr;
}

std::string text_at(const nlohmann::json& document, const char* place) {
  const nlohmann::json::json_pointer pointer(place);
  return document.contains(pointer) && document[pointer].is_string()
             ? message::excerpt(document[pointer].get_ref<const std::string&>())
             : std::string();
}

std::string with_reason(std::string_view what, std::string_view why) {
  return why.empty() ? std::string(what) : fmt::format("{}: {}", what, why);
}

bool is_detail(const nlohmann::json& document, const char* name, bool value) {
  const auto* const found = find_detail(document, name);
  return found != nullptr && *found == nlohmann::json(value);
}

/// Empty for a message of another type.
ProcessorReport read_report(std::string_view payload, std::optional<message::Type> type) {
  ProcessorReport report;
  if (type != message::Type::processing_status && type != message::Type::system_alert) {
    return report;
  }
  const auto document = nlohmann::json::parse(payload, nullptr, false);
  if (!document.is_object()) {
    return report;
  }
  if (type == message::Type::system_alert) {
    if (text_at(document, "/payload/severity") == "error") {
      report.complaint =
          with_reason("an alert of severity error", text_at(document, "/payload/message"));
    }
    return report;
  }
  report.status = text_at(document, "/payload/status");
  report.has_changes = is_detail(document, "changes_detected", true);
  if (report.status == "failed") {
    report.complaint =
        with_reason("status failed", text_at(document, "/payload/details/error_message"));
  } else if (is_detail(document, "match_publishing_success", false)) {
    report.complaint = "completed with match_publishing_success false";
  }
  return report;
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

std::string join(const std::vector<std::string>& names, std::string_view separator) {
  return fmt::format("{}", fmt::join(names, separator));
}

std::vector<std::string> without(std::vector<std::string> names,
                                 const std::vector<std::string>& others) {
  std::erase_if(names, [&](const std::string& name) {
    return std::find(others.begin(), others.end(), name) != others.end();
  });
  return names;
}

/// Subscribes to all channels or, where only some are forbidden, to the others. Returns those that
/// it did not get.
/// Errors: as Subscriber::subscribe, explained; forbidden only when there is none to be heard.
Result<std::vector<std::string>> subscribe_allowed(Context& context, redis::Subscriber& observer,
                                                   const std::vector<std::string>& channels) {
  std::vector<std::string> refused;
  auto done = observer.subscribe(channels);
  const bool is_command = !done && done.error().message.find(" to run ") != std::string::npos;
  if (done || done.error().kind != ErrorKind::forbidden || is_command) {
    return done ? Result<std::vector<std::string>>(std::move(refused))
                : failure(context.explain(std::move(done.error()), {"SUBSCRIBE"}));
  }
  for (const auto& channel : channels) {
    done = observer.subscribe({channel});
    if (!done && done.error().kind != ErrorKind::forbidden) {
      return failure(context.explain(std::move(done.error()), {"SUBSCRIBE"}));
    }
    if (!done) {
      refused.push_back(channel);
    }
  }
  return refused.size() < channels.size()
             ? Result<std::vector<std::string>>(std::move(refused))
             : failure(
                   context.explain(std::move(done.error()), {"SUBSCRIBE"}, join(refused, " &")));
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
  if (judged_bytes_ < kMostJudged) {
    judged_bytes_ += message.payload.size();
    judge(message);
  } else {
    note_publication();
  }
}

void TrafficCount::judge(const redis::Message& message) {
  const auto judgement = judge_.judge(message.payload, message.channel);
  ++traffic_.judged;
  traffic_.broken += judgement.valid() ? 0 : 1;
  const auto report = read_report(message.payload, judgement.type);
  if (!report.complaint.empty() && ++traffic_.complaints == 1) {
    traffic_.complaint = report.complaint;
  }
  if (report.status == "started") {
    ++traffic_.started;
    cycles_.quiet_since = message.received;
  } else if (report.status == "completed" || report.status == "failed") {
    // Only of a cycle that was seen from its beginning is known what it published.
    const bool is_claim = report.has_changes && report.complaint.empty() && traffic_.started > 0;
    cycles_.with_changes += is_claim ? 1 : 0;
    ++cycles_.ends;
    cycles_.quiet_since.reset();
  } else if (judgement.type != message::Type::system_alert) {
    note_publication();
  }
  note_faults(message, judgement);
}

void TrafficCount::note_publication() {
  ++cycles_.publications;
  cycles_.quiet_since.reset();
}

void TrafficCount::end(Deadline::Clock::time_point now) {
  if (cycles_.publications == 0) {
    traffic_.unheard_cycles = cycles_.with_changes;
  }
  if (cycles_.quiet_since && now - *cycles_.quiet_since >= kCycleTime) {
    traffic_.endless_cycles = 1;
  }
  if (cycles_.publications == 0 && cycles_.ends == 0 && traffic_.started > 1) {
    traffic_.endless_cycles = traffic_.started - 1;
  }
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
  auto observer = context.make_subscriber(kNoRetry, "observer", kObserverPing);
  auto refused = subscribe_allowed(context, observer, channels);
  if (!refused) {
    Traffic traffic;
    traffic.error = std::move(refused.error());
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
    if (auto done = observer.unsubscribe(without(channels, *refused)); !done) {
      error = context.explain(std::move(done.error()), {"UNSUBSCRIBE"});
    }
  }
  count.end(Deadline::Clock::now());
  auto traffic = count.traffic();
  traffic.watched = true;
  traffic.refused = std::move(*refused);
  traffic.error = std::move(error);
  traffic.watched_for = Deadline::Clock::now() - started;
  return traffic;
}

QuietLine watch_quiet_line(const Context& context, std::chrono::nanoseconds ping,
                           std::chrono::nanoseconds span) {
  QuietLine line;
  const auto deadline = Deadline::after(span, context.stop());
  while (!deadline.expired()) {
    auto subscriber = context.make_subscriber(kNoRetry, "quiet", ping);
    if (!subscriber.subscribe({context.channel("quiet")})) {
      return line;
    }
    line.watched = true;
    const auto connected = Deadline::Clock::now();
    auto event = subscriber.next(deadline);
    auto* const gap = event && *event ? std::get_if<redis::Resubscribed>(&**event) : nullptr;
    if (event && gap == nullptr) {
      return line;
    }
    if (!event && event.error().kind == ErrorKind::interrupted) {
      return line;
    }
    line.cause = gap != nullptr ? gap->cause.message : event.error().message;
    line.cuts.push_back((Deadline::Clock::now() - connected) % ping);
  }
  return line;
}

}  // namespace fogis::checks::integration
