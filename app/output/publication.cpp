#include "output/publication.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "output/findings.hpp"
#include "output/json.hpp"
#include "output/reception.hpp"

namespace fogis::output {
namespace {

std::string receivers_text(const Publication& publication) {
  const auto& account = publication.account;
  const auto most = static_cast<std::size_t>(account.most_receivers);
  auto text = account.fewest_receivers == account.most_receivers
                  ? count_of(most, "receiver")
                  : fmt::format("{} to {}", account.fewest_receivers, count_of(most, "receiver"));
  if (!publication.server.is_cluster()) {
    return text;
  }
  text += " on this node";
  if (publication.elsewhere) {
    text += fmt::format(", {}{} on the other nodes",
                        publication.unseen_nodes.empty() ? "" : "at least ",
                        count_of(static_cast<std::size_t>(*publication.elsewhere), "subscriber"));
  }
  return text;
}

/// `unknown: lines 3-17`, or nothing.
std::string which(std::string_view what, const Ranges& ranges, Numbering numbering) {
  if (ranges.empty()) {
    return {};
  }
  return fmt::format("{}: {}{} {}\n", what, name(numbering), ranges.count() == 1 ? "" : "s",
                     describe(ranges));
}

std::string cut_receivers_text(const Publication& publication, const Style& style) {
  if (!publication.has_cut_receivers()) {
    return {};
  }
  const auto limit = static_cast<std::uint64_t>(publication.buffer_limit);
  return style.paint(Colour::red,
                     fmt::format("not delivered: larger than client-output-buffer-limit pubsub "
                                 "({}): the server cuts off the receivers",
                                 format_bytes(limit))) +
         "\n" + which("too large", publication.oversized, publication.numbering) +
         fmt::format(
             "hint: CONFIG SET client-output-buffer-limit \"pubsub {} 0 0\", or send "
             "smaller messages\n",
             2 * limit);
}

std::string demotion_line(const Publication& publication, const Style& style) {
  const auto& account = publication.account;
  if (!account.demoted_to) {
    return {};
  }
  return style.paint(Colour::red, escape_for_terminal(demotion_text(*account.demoted_to))) +
         fmt::format(
             "; {} confirmed since it was last known to be the master may have reached "
             "its own subscribers only\n",
             count_of(account.unproven, "message"));
}

std::string single_text(const Publication& publication, const Style& style) {
  const auto& account = publication.account;
  const auto channel = escape_for_terminal(publication.channel);
  if (account.confirmed == 1) {
    return fmt::format(
        "published on {}: {}\n", channel,
        style.paint(account.most_receivers + publication.elsewhere.value_or(0) > 0 ? Colour::none
                                                                                   : Colour::yellow,
                    receivers_text(publication)));
  }
  if (!account.unknown.empty()) {
    return fmt::format("unknown whether it was published on {}: the connection was lost\n",
                       channel);
  }
  return fmt::format("not published on {}\n", channel);
}

Json ranges_json(const Ranges& ranges) {
  auto list = Json::array();
  for (const auto& [first, last] : ranges.list()) {
    list.push_back({first, last});
  }
  return {{"count", ranges.count()}, {"ranges", std::move(list)}};
}

Json receivers_json(const Publication& publication) {
  const auto& account = publication.account;
  if (account.confirmed == 0) {
    return nullptr;
  }
  return {{"fewest", account.fewest_receivers},
          {"most", account.most_receivers},
          {"deliveries", account.deliveries},
          {"other_nodes", publication.elsewhere ? Json(*publication.elsewhere) : Json(nullptr)}};
}

Json refusals_json(const Publication& publication) {
  auto list = Json::array();
  for (const auto& [number, judgement] : publication.judgements) {
    list.push_back({{"number", number}, {"findings", findings_json(judgement)}});
  }
  return list;
}

Json replay_json(const std::optional<ReplaySource>& replay) {
  if (!replay) {
    return nullptr;
  }
  return {{"speed", replay->speed > 0 ? Json(replay->speed) : Json("max")},
          {"gaps", replay->gaps},
          {"torn_lines", ranges_json(replay->torn)},
          {"damaged_lines", ranges_json(replay->damaged)}};
}

std::string replay_text(const ReplaySource& replay) {
  auto text = which("cut off, not replayed", replay.torn, Numbering::line) +
              which("damaged, not replayed", replay.damaged, Numbering::line);
  if (replay.gaps > 0) {
    text += fmt::format("the recording has {}: messages may be missing\n",
                        count_of(replay.gaps, "gap"));
  }
  return text;
}

}  // namespace

std::string_view name(Numbering numbering) {
  return numbering == Numbering::line ? "line" : "message";
}

std::uint64_t Publication::total() const {
  return account.confirmed + account.unknown.count() + account.rejected.count() + refused.count() +
         unsent.count();
}

double Publication::rate() const {
  const auto seconds = std::chrono::duration<double>(lasted).count();
  return seconds > 0 ? static_cast<double>(account.confirmed) / seconds : 0;
}

bool Publication::has_receivers() const {
  return !wanted_receivers || account.confirmed == 0 ||
         account.fewest_receivers + elsewhere.value_or(0) >=
             static_cast<std::int64_t>(*wanted_receivers);
}

bool Publication::has_cut_receivers() const {
  return !oversized.empty() && account.most_receivers > 0;
}

std::string publication_text(const Publication& publication, const Style& style) {
  const auto& account = publication.account;
  if (publication.total() == 1 && publication.numbering == Numbering::message) {
    return single_text(publication, style) + cut_receivers_text(publication, style) +
           demotion_line(publication, style);
  }
  const bool all_confirmed = account.confirmed == publication.total();
  auto text = fmt::format(
      "{}: {}, {} unknown, {}{} unsent", count_of(publication.total(), "message"),
      style.paint(all_confirmed ? Colour::green : Colour::none,
                  fmt::format("{} confirmed", account.confirmed)),
      account.unknown.count(), publication.complete ? "" : "at least ", publication.unsent.count());
  if (!publication.refused.empty()) {
    text += fmt::format(", {} refused as invalid", publication.refused.count());
  }
  if (!account.rejected.empty()) {
    text += fmt::format(", {} rejected by the server", account.rejected.count());
  }
  text += "\n";
  const auto numbering = publication.numbering;
  text += which("unknown", account.unknown, numbering) +
          which("unsent", publication.unsent, numbering) +
          which("refused", publication.refused, numbering) +
          which("rejected", account.rejected, numbering);
  if (account.confirmed > 0) {
    text += fmt::format("{}; {} in {} ({:.0f} per second)\n", receivers_text(publication),
                        format_bytes(account.confirmed_bytes), format_duration(publication.lasted),
                        publication.rate());
  }
  text += cut_receivers_text(publication, style) + demotion_line(publication, style);
  return publication.replay ? text + replay_text(*publication.replay) : text;
}

std::string publication_quiet(const Publication& publication) {
  const auto& account = publication.account;
  return publication.total() == 1 && account.confirmed == 1
             ? fmt::format("{}\n", account.most_receivers + publication.elsewhere.value_or(0))
             : fmt::format("{}\n", account.confirmed);
}

std::string publication_json(const Publication& publication) {
  const auto& account = publication.account;
  auto document = json_document("publish");
  document["endpoint"] = publication.endpoint;
  document["server"] = {{"mode", text_or_null(publication.server.mode)},
                        {"role", text_or_null(publication.server.role)},
                        {"master", text_or_null(publication.server.master)}};
  document["channel"] = text_or_null(publication.channel);
  document["source"] = publication.source;
  document["numbering"] = name(publication.numbering);
  document["started"] = format_timestamp(publication.started);
  document["duration_ms"] = milliseconds(publication.lasted);
  document["messages"] = publication.total();
  document["complete"] = publication.complete;
  document["confirmed"] = account.confirmed;
  document["confirmed_bytes"] = account.confirmed_bytes;
  document["unknown"] = ranges_json(account.unknown);
  document["unsent"] = ranges_json(publication.unsent);
  document["refused"] = ranges_json(publication.refused);
  document["rejected"] = ranges_json(account.rejected);
  document["oversized"] = ranges_json(publication.oversized);
  document["receiver_buffer_limit"] =
      publication.oversized.empty() ? Json(nullptr) : Json(publication.buffer_limit);
  document["blank_lines"] = publication.blank_lines;
  document["receivers"] = receivers_json(publication);
  document["messages_per_second"] = publication.rate();
  document["reconnects"] = account.reconnects;
  document["demoted"] = account.demoted_to ? Json{{"master", text_or_null(*account.demoted_to)},
                                                  {"unproven", account.unproven}}
                                           : Json(nullptr);
  document["refusals"] = refusals_json(publication);
  document["replay"] = replay_json(publication.replay);
  document["interrupted"] = publication.interrupted;
  document["error"] = publication.error ? to_json(*publication.error) : Json(nullptr);
  return dump(document);
}

}  // namespace fogis::output
