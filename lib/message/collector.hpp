// Where the stages put what they find.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "message/contract.hpp"
#include "message/path.hpp"
#include "message/rules.hpp"

namespace fogis::message {

/// Fills a Judgement, within its bound. Used by one thread while it judges one message.
class Collector {
public:
  /// `judgement` must outlive the collector. Severities and consequences are those for `reader`.
  Collector(Judgement& judgement, std::size_t max_findings, Reader reader = Reader::contract)
      : judgement_(judgement), max_findings_(max_findings), reader_(reader) {}

  /// Counts a fault against the rule of that name, which must exist. While there is room it is kept
  /// as well: then, and only then, `found()` is called for its text. `offset` is the byte of the
  /// document, where there is one to name.
  template <typename Found>
  void add(std::string_view rule_name, const Path& path, Found&& found,
           std::optional<std::size_t> offset = std::nullopt) {
    add_for(reader_, rule_name, path, std::forward<Found>(found), offset);
  }

  /// The same for a place where the rule means to every reader what it means to the contract.
  template <typename Found>
  void add_for_all(std::string_view rule_name, const Path& path, Found&& found) {
    add_for(Reader::contract, rule_name, path, std::forward<Found>(found), std::nullopt);
  }

  [[nodiscard]] bool has_room() const { return judgement_.findings.size() < max_findings_; }

  /// Whether an error is kept for exactly that place; for the calendar, to which a rule may mean
  /// less than to the contract, any finding.
  [[nodiscard]] bool is_reported(std::string_view pointer) const {
    return std::ranges::any_of(judgement_.findings, [&](const Finding& finding) {
      return (finding.severity == Severity::error || reader_ == Reader::calendar) &&
             finding.pointer == pointer;
    });
  }

private:
  template <typename Found>
  void add_for(Reader reader, std::string_view rule_name, const Path& path, Found&& found,
               std::optional<std::size_t> offset) {
    const Rule* const rule = find_rule(rule_name);
    assert(rule != nullptr);
    const auto severity = rule->severity_for(reader);
    ++(severity == Severity::error ? judgement_.errors : judgement_.warnings);
    if (has_room()) {
      judgement_.findings.push_back({rule->name, rule->ref, severity, rule->reader, path.pointer(),
                                     std::forward<Found>(found)(), rule->consequence_for(reader),
                                     rule->hint, offset});
    }
  }

  Judgement& judgement_;
  std::size_t max_findings_;
  Reader reader_;
};

}  // namespace fogis::message
