#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.hpp"
#include "message/quote.hpp"
#include "message/rule_checks.hpp"

namespace fogis::message::checks {
namespace {

using nlohmann::json;

constexpr auto kVersions = std::to_array<std::string_view>({"1.0", "1.5", "2.0"});

constexpr auto kCategories = std::to_array<std::string_view>(
    {"new_assignment", "referee_change", "time_change", "date_change", "venue_change",
     "team_change", "status_change", "cancellation", "postponement", "interruption",
     "competition_change", "unknown"});

/// What the calendar's reader of version 2.0 takes for urgent, whatever its priority.
constexpr auto kUrgent = std::to_array<std::string_view>(
    {"time_change", "date_change", "venue_change", "referee_change"});

bool has_changes(const MessageView& view) {
  const auto* flag =
      view.metadata == nullptr ? nullptr : find_member(*view.metadata, "has_changes");
  return flag != nullptr && *flag == json(true);
}

/// Calls `use(text, path)` for each change that has a string of that key.
template <typename Use>
void for_each_change(const MessageView& view, std::string_view key, Use&& use) {
  if (view.changes == nullptr) {
    return;
  }
  const Path root;
  const Path payload(root, "payload");
  const Path changes(payload, "detailed_changes");
  for (std::size_t i = 0; i < view.changes->size(); ++i) {
    if (const auto* text = as_text(find_member((*view.changes)[i], key))) {
      const Path change(changes, i);
      use(*text, Path(change, key));
    }
  }
}

}  // namespace

void schema_version_in_payload(const RuleInput& input, Collector& findings) {
  const auto& view = input.view;
  if (view.inner_version != nullptr && view.schema_version == nullptr) {
    findings.add("schema-version-in-payload", Path(Path(Path(), "payload"), "schema_version"),
                 [&] { return describe(*view.inner_version) + ", and none at the top level"; });
  }
}

void schema_version_disagrees(const RuleInput& input, Collector& findings) {
  const auto& view = input.view;
  if (view.inner_version != nullptr && view.schema_version != nullptr &&
      *view.inner_version != *view.schema_version) {
    findings.add("schema-version-disagrees", Path(Path(Path(), "payload"), "schema_version"), [&] {
      return fmt::format("{}, but {} at the top level", describe(*view.inner_version),
                         describe(*view.schema_version));
    });
  }
}

void schema_version_not_string(const RuleInput& input, Collector& findings) {
  const auto& view = input.view;
  const Path root;
  const auto look = [&](const json* version, const Path& parent) {
    if (version != nullptr && !version->is_string()) {
      findings.add("schema-version-not-string", Path(parent, "schema_version"),
                   [&] { return describe(*version); });
    }
  };
  look(view.schema_version, root);
  look(view.inner_version, Path(root, "payload"));
}

void schema_version_unknown(const RuleInput& input, Collector& findings) {
  const auto* version = as_text(input.view.schema_version);
  if (version != nullptr && std::ranges::find(kVersions, *version) == kVersions.end()) {
    findings.add("schema-version-unknown", Path(Path(), "schema_version"),
                 [&] { return "\"" + excerpt(*version) + "\""; });
  }
}

void schema_version_shape(const RuleInput& input, Collector& findings) {
  const auto& view = input.view;
  const auto* version = as_text(view.schema_version);
  const bool is_old = view.schema_version == nullptr ||
                      (version != nullptr && (*version == "1.0" || *version == "1.5"));
  if (view.shape == Shape::corrected && is_old) {
    findings.add("schema-version-shape", Path(Path(), "schema_version"), [&] {
      return version == nullptr ? std::string("missing, although the matches are raw")
                                : "\"" + *version + "\", although the matches are raw";
    });
  }
}

void metadata_missing(const RuleInput& input, Collector& findings) {
  if (input.view.payload == nullptr) {
    return;
  }
  const auto* metadata = find_member(*input.view.payload, "metadata");
  if (metadata == nullptr || metadata->is_null()) {
    findings.add("metadata-missing", Path(Path(Path(), "payload"), "metadata"),
                 [&] { return std::string(metadata == nullptr ? "missing" : "null"); });
  }
}

void has_changes_not_boolean(const RuleInput& input, Collector& findings) {
  const auto* flag =
      input.view.metadata == nullptr ? nullptr : find_member(*input.view.metadata, "has_changes");
  if (flag != nullptr && !flag->is_boolean()) {
    findings.add("has-changes-not-boolean",
                 Path(Path(Path(Path(), "payload"), "metadata"), "has_changes"),
                 [&] { return describe(*flag); });
  }
}

void detailed_changes_null(const RuleInput& input, Collector& findings) {
  const auto* changes = input.view.payload == nullptr
                            ? nullptr
                            : find_member(*input.view.payload, "detailed_changes");
  if (changes != nullptr && changes->is_null()) {
    findings.add("detailed-changes-null", Path(Path(Path(), "payload"), "detailed_changes"),
                 [] { return std::string("null"); });
  }
}

void total_matches_mismatch(const RuleInput& input, Collector& findings) {
  const auto& view = input.view;
  const auto* total =
      view.metadata == nullptr ? nullptr : find_member(*view.metadata, "total_matches");
  if (total == nullptr || !total->is_number() || view.matches == nullptr ||
      *total == json(view.matches->size())) {
    return;
  }
  findings.add("total-matches-mismatch",
               Path(Path(Path(Path(), "payload"), "metadata"), "total_matches"), [&] {
                 return describe(*total) + ", but there " +
                        (view.matches->size() == 1 ? "is " : "are ") +
                        count_of(view.matches->size(), "match", "matches");
               });
}

void changes_without_matches(const RuleInput& input, Collector& findings) {
  const auto& view = input.view;
  if (has_changes(view) && view.matches != nullptr && view.matches->empty()) {
    findings.add("changes-without-matches", Path(Path(Path(), "payload"), "matches"),
                 [] { return std::string("no match"); });
  }
}

void changes_without_details(const RuleInput& input, Collector& findings) {
  const auto& view = input.view;
  const bool needs_details = view.shape == Shape::production || view.shape == Shape::corrected ||
                             view.shape == Shape::enhanced_v2;
  if (!needs_details || !has_changes(view)) {
    return;
  }
  const auto* changes = find_member(*view.payload, "detailed_changes");
  if (changes == nullptr || (!changes->is_null() && changes->empty())) {
    findings.add("changes-without-details", Path(Path(Path(), "payload"), "detailed_changes"),
                 [&] { return changes == nullptr ? std::string("missing") : describe(*changes); });
  }
}

void critical_without_high(const RuleInput& input, Collector& findings) {
  // Its legacy reader never looks.
  const auto* version = as_text(input.view.schema_version);
  bool reported = version == nullptr || *version != "2.0";
  for_each_change(input.view, "priority", [&](const std::string& priority, const Path&) {
    reported = reported || priority == "high";
  });
  for_each_change(input.view, "category", [&](const std::string& category, const Path&) {
    reported = reported || std::ranges::find(kUrgent, category) != kUrgent.end();
  });
  for_each_change(input.view, "priority", [&](const std::string& priority, const Path& path) {
    if (!reported && priority == "critical") {
      findings.add("critical-without-high", path,
                   [] { return std::string(R"("critical", and no change has "high")"); });
      reported = true;
    }
  });
}

void unknown_category(const RuleInput& input, Collector& findings) {
  for_each_change(input.view, "category", [&](const std::string& category, const Path& path) {
    if (std::ranges::find(kCategories, category) == kCategories.end()) {
      findings.add("unknown-category", path, [&] { return "\"" + excerpt(category) + "\""; });
    }
  });
}

}  // namespace fogis::message::checks
