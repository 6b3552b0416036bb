#include "output/reception.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "output/console.hpp"
#include "output/json.hpp"

namespace fogis::output {
namespace {

using ChannelRow = std::pair<const std::string*, const message::ChannelLedger::Entry*>;

/// The channels by name, so that the order does not depend on a hash.
std::vector<ChannelRow> sorted_channels(const message::ChannelLedger& ledger) {
  std::vector<ChannelRow> rows;
  rows.reserve(ledger.entries().size());
  for (const auto& [channel, entry] : ledger.entries()) {
    rows.emplace_back(&channel, &entry);
  }
  std::sort(rows.begin(), rows.end(),
            [](const ChannelRow& a, const ChannelRow& b) { return *a.first < *b.first; });
  return rows;
}

std::string gap_line(const Gap& gap) {
  auto text = fmt::format("gap: {} to {}", format_timestamp(gap.from),
                          gap.to ? format_timestamp(*gap.to) : "the end");
  if (gap.to) {
    text += fmt::format(" ({})", format_duration(*gap.to - gap.from));
  }
  const auto demoted =
      gap.demoted_to ? "; " + escape_for_terminal(demotion_text(*gap.demoted_to)) : std::string();
  return text + fmt::format(": {}{}\n", escape_for_terminal(gap.cause.message), demoted);
}

Json gaps_json(const Reception& reception) {
  auto list = Json::array();
  for (const auto& gap : reception.gaps) {
    list.push_back({{"from", format_timestamp_us(gap.from)},
                    {"noticed", format_timestamp_us(gap.noticed)},
                    {"to", gap.to ? Json(format_timestamp_us(*gap.to)) : Json(nullptr)},
                    {"duration_ms", gap.to ? milliseconds(*gap.to - gap.from) : Json(nullptr)},
                    {"attempts", gap.attempts},
                    {"cause", to_json(gap.cause)},
                    {"demoted", gap.demoted_to.has_value()},
                    {"master", gap.demoted_to ? text_or_null(*gap.demoted_to) : Json(nullptr)}});
  }
  return list;
}

Json series_json(const message::SequenceTracker& series) {
  if (!series.is_series()) {
    return nullptr;
  }
  auto ranges = Json::array();
  for (const auto& [first, last] : series.lost_ranges().list()) {
    ranges.push_back({first, last});
  }
  return {{"first", series.first()},
          {"last", series.last()},
          {"lost", series.lost()},
          {"lost_ranges", std::move(ranges)},
          {"restarts", series.restarts()}};
}

Json channels_json(const message::ChannelLedger& ledger) {
  auto list = Json::array();
  for (const auto& [channel, entry] : sorted_channels(ledger)) {
    auto sources = Json::array();
    for (const auto& [source, tracker] : entry->sources) {
      sources.push_back({{"source", text_or_null(source)},
                         {"mixed", tracker.is_mixed()},
                         {"series", series_json(tracker)}});
    }
    const bool has_one = entry->sources.size() == 1;
    list.push_back({{"channel", *channel},
                    {"messages", entry->messages},
                    {"payload_bytes", entry->bytes},
                    {"series", has_one ? series_json(entry->sources.begin()->second) : nullptr},
                    {"lost", entry->lost()},
                    {"sources", std::move(sources)}});
  }
  return list;
}

Json latency_json(const Histogram& latency) {
  if (latency.count() == 0) {
    return nullptr;
  }
  return {{"messages", latency.count()},
          {"min_ms", milliseconds(latency.min())},
          {"avg_ms", milliseconds(latency.mean())},
          {"p50_ms", milliseconds(latency.quantile(0.5))},
          {"p99_ms", milliseconds(latency.quantile(0.99))},
          {"max_ms", milliseconds(latency.max())}};
}

/// `  channel, source "x": ` and what `tell` says of each source that it says something of.
template <typename Tell>
std::string source_lines(const message::ChannelLedger& ledger, const Tell& tell) {
  constexpr std::size_t kShown = 10;
  std::string text;
  std::size_t shown = 0;
  for (const auto& [channel, entry] : sorted_channels(ledger)) {
    for (const auto& [source, tracker] : entry->sources) {
      const std::string told = tell(tracker);
      if (told.empty()) {
        continue;
      }
      if (++shown > kShown) {
        return text + "  and more\n";
      }
      const auto named = source.empty() || entry->sources.size() == 1
                             ? std::string()
                             : fmt::format(", source \"{}\"", escape_for_terminal(source));
      text += fmt::format("  {}{}: {}\n", escape_for_terminal(*channel), named, told);
    }
  }
  return text;
}

std::string lost_lines(const message::ChannelLedger& ledger) {
  std::string text;
  if (const auto lost = ledger.lost(); lost > 0) {
    text = fmt::format("lost: {} by sequence number\n", count_of(lost, "message")) +
           source_lines(ledger, [](const message::SequenceTracker& tracker) {
             return describe(tracker.lost_ranges());
           });
  }
  const auto mixed = source_lines(ledger, [](const message::SequenceTracker& tracker) {
    return std::string(tracker.is_mixed() ? "several publishers number their messages side by side"
                                          : "");
  });
  return mixed.empty()
             ? text
             : text + "losses unknown (a \"source\" in each message tells its publisher):\n" +
                   mixed;
}

std::string gaps_text(const Reception& reception) {
  constexpr std::size_t kShown = 10;
  const auto cuts = reception.idle_cuts.is_regular() ? reception.idle_cuts.count : 0;
  const auto others = reception.gap_count - cuts;  // these came first
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>({reception.gaps.size(), others, kShown}); ++i) {
    text += gap_line(reception.gaps[i]);
  }
  if (others > kShown) {
    text += fmt::format("and {} more\n", count_of(others - kShown, "gap"));
  }
  if (cuts > 0) {
    text += fmt::format("{}: {}\n", count_of(cuts, "gap"), reception.idle_cuts.text());
  }
  return text;
}

}  // namespace

std::string demotion_text(const std::string& master) {
  return fmt::format("the server was demoted: it is a replica{} now",
                     master.empty() ? master : " of " + master);
}

void IdleCuts::note(const Gap& gap) {
  constexpr auto kShortest =
      std::chrono::milliseconds(100);  // sooner it is no time without traffic
  constexpr auto kTolerance = std::chrono::milliseconds(100);
  const std::chrono::nanoseconds idle = gap.noticed - gap.from;
  if (gap.cause.kind != ErrorKind::disconnected || idle < kShortest) {
    count = 0;
    return;
  }
  const auto difference = std::chrono::abs(idle - after);
  if (count == 0 || difference > std::max<std::chrono::nanoseconds>(kTolerance, after / 10)) {
    after = idle;
    count = 1;
    return;
  }
  ++count;
  after += (idle - after) / static_cast<std::int64_t>(count);
}

std::string IdleCuts::text() const {
  return fmt::format(
      "always cut after {} idle ({} in a row): a proxy, load balancer or firewall closes idle "
      "connections; raise its idle timeout above the services' longest silence (the calendar "
      "PINGs every 30 s)",
      format_duration(after), count_of(count, "time"));
}

std::string_view name(ReceptionEnd end) {
  switch (end) {
    case ReceptionEnd::count:
      return "count";
    case ReceptionEnd::duration:
      return "duration";
    case ReceptionEnd::signal:
      return "signal";
    case ReceptionEnd::closed_output:
      return "closed_output";
    case ReceptionEnd::failure:
      break;
  }
  return "failure";
}

double Reception::rate() const {
  const auto seconds = std::chrono::duration<double>(lasted).count();
  return seconds > 0 ? static_cast<double>(messages) / seconds : 0;
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 4> kUnits{"kB", "MB", "GB", "TB"};
  if (bytes < 1000) {
    return count_of(bytes, "byte");
  }
  auto value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string reception_text(const Reception& reception, const Style& style) {
  auto text = fmt::format(
      "{}, {} in {} ({:.0f} per second)\n", count_of(reception.messages, "message"),
      format_bytes(reception.payload_bytes), format_duration(reception.lasted), reception.rate());
  if (reception.filters) {
    text += fmt::format("filtered out: {}\n", reception.filtered);
  }
  if (reception.validated) {
    const auto invalid = fmt::format("invalid: {}", reception.invalid);
    text += fmt::format("{}, with warnings: {}\n",
                        style.paint(reception.invalid > 0 ? Colour::red : Colour::none, invalid),
                        reception.with_warnings);
  }
  if (const auto& latency = reception.latency; latency.count() > 0) {
    text +=
        fmt::format("age at arrival: p50 {}, p99 {}, max {} ({} with a timestamp)\n",
                    format_duration(latency.quantile(0.5)), format_duration(latency.quantile(0.99)),
                    format_duration(latency.max()), latency.count());
  }
  text += gaps_text(reception);
  text += lost_lines(reception.ledger);
  if (reception.dropped > 0) {
    text += style.paint(Colour::yellow, fmt::format("dropped: {} ({}), because the output was "
                                                    "not read fast enough",
                                                    count_of(reception.dropped, "message"),
                                                    format_bytes(reception.dropped_bytes))) +
            "\n";
  }
  if (reception.recorded) {
    text += fmt::format("recorded: {}\n", count_of(*reception.recorded, "message"));
  }
  return text;
}

std::string reception_json(const Reception& reception) {
  auto document = json_document("subscribe-summary");
  document["endpoint"] = reception.endpoint;
  document["started"] = format_timestamp_us(reception.started);
  document["duration_ms"] = milliseconds(reception.lasted);
  document["end"] = name(reception.end);
  document["subscribed"] = {{"channels", reception.channels},
                            {"patterns", reception.patterns},
                            {"refused", reception.refused}};
  document["wanted"] = reception.wanted ? Json(*reception.wanted) : Json(nullptr);
  document["messages"] = reception.messages;
  document["payload_bytes"] = reception.payload_bytes;
  document["filtered"] = reception.filters ? Json(reception.filtered) : Json(nullptr);
  document["messages_per_second"] = reception.rate();
  document["invalid"] = reception.validated ? Json(reception.invalid) : Json(nullptr);
  document["with_warnings"] = reception.validated ? Json(reception.with_warnings) : Json(nullptr);
  document["latency"] = latency_json(reception.latency);
  document["gap_count"] = reception.gap_count;
  document["gaps"] = gaps_json(reception);
  const auto& cuts = reception.idle_cuts;
  document["idle_cuts"] = cuts.is_regular()
                              ? Json{{"count", cuts.count}, {"after_ms", milliseconds(cuts.after)}}
                              : Json(nullptr);
  document["lost"] = reception.ledger.lost();
  document["dropped"] = {{"messages", reception.dropped}, {"bytes", reception.dropped_bytes}};
  document["recorded"] = reception.recorded ? Json(*reception.recorded) : Json(nullptr);
  document["channels"] = channels_json(reception.ledger);
  document["messages_on_other_channels"] = reception.ledger.others();
  document["error"] = reception.error ? to_json(*reception.error) : Json(nullptr);
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fogis::output
