#include "output/ping.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "output/console.hpp"
#include "output/json.hpp"

namespace fogis::output {
namespace {

std::string phase_line(std::string_view phase, std::chrono::nanoseconds span) {
  return fmt::format("  {:<8} {:>9}\n", phase, format_duration(span));
}

Json optional_milliseconds(const std::optional<std::chrono::nanoseconds>& span) {
  return span ? milliseconds(*span) : Json(nullptr);
}

Json phases_of(const PingResult& result) {
  Json phases;
  phases["resolve_ms"] = optional_milliseconds(result.opened.resolve);
  phases["connect_ms"] = milliseconds(result.opened.connect);
  phases["tls_ms"] = optional_milliseconds(result.opened.tls);
  phases["auth_ms"] = optional_milliseconds(result.opened.auth);
  phases["ping_ms"] = milliseconds(result.first);
  return phases;
}

Json latency_of(const Histogram& round_trips) {
  Json latency;
  latency["min_ms"] = milliseconds(round_trips.min());
  latency["avg_ms"] = milliseconds(round_trips.mean());
  latency["p50_ms"] = milliseconds(round_trips.quantile(0.5));
  latency["p99_ms"] = milliseconds(round_trips.quantile(0.99));
  latency["max_ms"] = milliseconds(round_trips.max());
  return latency;
}

}  // namespace

double PingResult::loss() const {
  return sent == 0 ? 0 : 100.0 * static_cast<double>(lost()) / static_cast<double>(sent);
}

std::string ping_head(const PingResult& result, const Style& style) {
  std::string text =
      fmt::format("{} {}", mark(style, checks::Status::pass), escape_for_terminal(result.endpoint));
  // The address tells something only where a name was resolved.
  if (result.opened.resolve) {
    text += fmt::format(" ({})", escape_for_terminal(result.opened.address));
  }
  text += " answers";
  const auto& server = result.opened.server;
  for (const auto& word : {server.text(), server.is_cluster() ? server.mode : std::string(),
                           server.is_replica() ? server.role : std::string()}) {
    text += word.empty() ? word : fmt::format(", {}", escape_for_terminal(word));
  }
  if (!result.opened.tls_version.empty()) {
    text += fmt::format(", {}", result.opened.tls_version);
  }
  text += "\n";
  if (result.opened.resolve) {
    text += phase_line("resolve", *result.opened.resolve);
  }
  text += phase_line("connect", result.opened.connect);
  if (result.opened.tls) {
    text += phase_line("tls", *result.opened.tls);
  }
  if (result.opened.auth) {
    text += phase_line("auth", *result.opened.auth);
  }
  return text + phase_line("ping", result.first);
}

std::string ping_line(std::size_t number, std::chrono::nanoseconds round_trip) {
  return phase_line(fmt::format("ping {}", number), round_trip);
}

std::string ping_line(std::size_t number, const Error& error, const Style& style) {
  return fmt::format("  {:<8} {} {}\n", fmt::format("ping {}", number),
                     style.paint(Colour::red, "lost:"), escape_for_terminal(error.message));
}

std::string ping_summary(const PingResult& result, const Style& style) {
  const auto& times = result.round_trips;
  const auto lost = fmt::format("{:.3g} % lost", result.loss());
  return fmt::format("{} sent, {} answered, {}\nmin {}, avg {}, p50 {}, p99 {}, max {}\n",
                     result.sent, times.count(),
                     style.paint(result.lost() == 0 ? Colour::none : Colour::red, lost),
                     format_duration(times.min()), format_duration(times.mean()),
                     format_duration(times.quantile(0.5)), format_duration(times.quantile(0.99)),
                     format_duration(times.max()));
}

std::string ping_quiet_line(const PingResult& result) {
  return fmt::format("PONG in {}\n", format_duration(result.first));
}

std::string ping_json(const PingResult& result) {
  auto document = json_document("ping");
  document["endpoint"] = result.endpoint;
  document["address"] = text_or_null(result.opened.address);
  const auto& server = result.opened.server;
  document["server"] = {{"kind", text_or_null(server.kind)},
                        {"version", text_or_null(server.version)},
                        {"mode", text_or_null(server.mode)},
                        {"role", text_or_null(server.role)}};
  document["started"] = format_timestamp(result.started);
  document["attempts"] = result.attempts;
  document["ready_after_ms"] = milliseconds(result.ready_after);
  document["phases"] = phases_of(result);
  if (!result.opened.tls_version.empty()) {
    document["tls"] = {{"version", result.opened.tls_version},
                       {"cipher", result.opened.tls_cipher}};
  }
  document["likely_proxy"] = result.opened.likely_proxy;
  document["name_refusal"] = text_or_null(result.opened.name_refusal);
  document["wanted"] = result.wanted;
  document["sent"] = result.sent;
  document["answered"] = result.round_trips.count();
  document["loss_percent"] = result.loss();
  document["latency"] = latency_of(result.round_trips);
  document["interrupted"] = result.interrupted;
  document["error"] = result.error ? to_json(*result.error) : Json(nullptr);
  document["statistics"] = to_json(result.statistics);
  return dump(document);
}

}  // namespace fogis::output
