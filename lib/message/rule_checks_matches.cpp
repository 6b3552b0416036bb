#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "message/patterns.hpp"
#include "message/quote.hpp"
#include "message/rule_checks.hpp"

namespace fogis::message::checks {
namespace {

using nlohmann::json;

constexpr auto kIdKeys = std::to_array<std::string_view>({"matchid", "match_id"});

// What the calendar reads of a match without asking whether it is there.
constexpr auto kMatchKeys =
    std::to_array<std::string_view>({"matchid", "matchnr", "lag1namn", "lag2namn", "anlaggningnamn",
                                     "tavlingnamn", "tid", "domaruppdraglista"});
/// Those of them that it writes as they are, a null too.
constexpr auto kWrittenKeys = std::to_array<std::string_view>(
    {"matchnr", "lag1namn", "lag2namn", "anlaggningnamn", "tavlingnamn"});
constexpr auto kRefereeKeys = std::to_array<std::string_view>(
    {"domarrollkortnamn", "personnamn", "mobiltelefon", "adress", "postnr", "postort"});
constexpr auto kContactKeys = std::to_array<std::string_view>(
    {"lagnamn", "personnamn", "telefon", "mobiltelefon", "epostadress"});

/// Calls `use(match, path)` for each match.
template <typename Use>
void for_each_match(const MessageView& view, Use&& use) {
  if (view.matches == nullptr) {
    return;
  }
  const Path root;
  const Path payload(root, "payload");
  const Path matches(payload, "matches");
  for (std::size_t i = 0; i < view.matches->size(); ++i) {
    use((*view.matches)[i], Path(matches, i));
  }
}

/// `lacks a, b`, without `unread`; empty when nothing is missing.
std::string join_missing(const json& object, std::span<const std::string_view> keys,
                         std::string_view unread = {}) {
  std::string text;
  for (const auto key : keys) {
    if (key != unread && find_member(object, key) == nullptr) {
      text += text.empty() ? "lacks " : ", ";
      text += key;
    }
  }
  return text;
}

/// Reports what each element of the match's list `key` lacks, or that it is no list.
template <typename Missing>
void check_list(const json& match, const Path& path, std::string_view key, std::string_view rule,
                Collector& findings, Missing&& missing_of) {
  const auto* list = find_member(match, key);
  if (list == nullptr || list->is_null()) {
    return;
  }
  const Path list_path(path, key);
  if (!list->is_array()) {
    findings.add(rule, list_path, [&] { return describe(*list) + ", expected a list"; });
    return;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto missing = missing_of((*list)[i]);
    if (!missing.empty()) {
      findings.add(rule, Path(list_path, i), [&] { return std::move(missing); });
    }
  }
}

/// The postal code is read only beside an address.
std::string missing_of_referee(const json& referee) {
  const auto* address = find_member(referee, "adress");
  const auto* text = as_text(address);
  const bool is_empty =
      address != nullptr && (address->is_null() || (text != nullptr && text->empty()));
  return join_missing(referee, kRefereeKeys, is_empty ? "postnr" : "");
}

}  // namespace

void match_id_null(const RuleInput& input, Collector& findings) {
  for_each_match(input.view, [&](const json& match, const Path& path) {
    for (const auto key : kIdKeys) {
      const auto* id = find_member(match, key);
      if (id != nullptr && id->is_null()) {
        findings.add("match-id-null", Path(path, key), [] { return std::string("null"); });
      }
    }
  });
}

void tid_format(const RuleInput& input, Collector& findings) {
  for_each_match(input.view, [&](const json& match, const Path& path) {
    const auto* tid = find_member(match, "tid");
    const auto* text = as_text(tid);
    if (tid != nullptr && (text == nullptr || !is_dotnet_date(*text))) {
      findings.add("tid-format", Path(path, "tid"), [&] { return describe(*tid); });
    }
  });
}

void referees_null(const RuleInput& input, Collector& findings) {
  for_each_match(input.view, [&](const json& match, const Path& path) {
    const auto* list = find_member(match, "domaruppdraglista");
    if (list != nullptr && list->is_null()) {
      findings.add("referees-null", Path(path, "domaruppdraglista"),
                   [] { return std::string("null"); });
    }
  });
}

void tid_out_of_range(const RuleInput& input, Collector& findings) {
  for_each_match(input.view, [&](const json& match, const Path& path) {
    const auto* text = as_text(find_member(match, "tid"));
    if (text != nullptr && is_dotnet_date(*text) && !is_readable_dotnet_date(*text)) {
      findings.add("tid-out-of-range", Path(path, "tid"),
                   [&] { return "\"" + excerpt(*text) + "\""; });
    }
  });
}

void raw_match_keys(const RuleInput& input, Collector& findings) {
  for_each_match(input.view, [&](const json& match, const Path& path) {
    auto missing = join_missing(match, kMatchKeys);
    if (!missing.empty()) {
      findings.add("raw-match-keys", path, [&] { return std::move(missing); });
    }
  });
}

void raw_match_null(const RuleInput& input, Collector& findings) {
  for_each_match(input.view, [&](const json& match, const Path& path) {
    for (const auto key : kWrittenKeys) {
      const auto* value = find_member(match, key);
      if (value != nullptr && value->is_null()) {
        findings.add("raw-match-null", Path(path, key), [] { return std::string("null"); });
      }
    }
  });
}

void raw_referee_keys(const RuleInput& input, Collector& findings) {
  for_each_match(input.view, [&](const json& match, const Path& path) {
    check_list(match, path, "domaruppdraglista", "raw-referee-keys", findings, missing_of_referee);
  });
}

void raw_contact_keys(const RuleInput& input, Collector& findings) {
  for_each_match(input.view, [&](const json& match, const Path& path) {
    check_list(match, path, "kontaktpersoner", "raw-contact-keys", findings,
               [](const json& contact) { return join_missing(contact, kContactKeys); });
  });
}

void duplicate_match_id(const RuleInput& input, Collector& findings) {
  // Ordered by json itself, so that 7 and "7" differ and nothing is copied.
  std::set<std::reference_wrapper<const json>, std::less<json>> seen;
  for_each_match(input.view, [&](const json& match, const Path& path) {
    for (const auto key : kIdKeys) {
      const auto* id = find_member(match, key);
      if (id != nullptr && (id->is_string() || id->is_number()) && !seen.insert(*id).second) {
        findings.add("duplicate-match-id", Path(path, key), [&] { return describe(*id); });
      }
    }
  });
}

}  // namespace fogis::message::checks
