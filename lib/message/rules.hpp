// The rules of the contract, as data.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "message/finding.hpp"
#include "message/shape.hpp"

namespace fogis::message {

class Collector;
struct RuleInput;

/// Which step of judging finds a fault; later steps need the earlier ones.
enum class Stage : std::uint8_t {
  syntax,  ///< while the bytes are read
  rules,   ///< in the document that they make
  schema,  ///< by the JSON Schema of the type and version
  stream,  ///< among the messages of a stream
};

/// What a rule of the contract means to the calendar as deployed, where that is something else: an
/// error keeps the entry from being written, a warning writes it wrong or loses information.
struct AtCalendar {
  Severity severity = Severity::warning;
  std::string_view consequence;
};

/// A rule: what is wrong, for whom, and what follows from it.
struct Rule {
  std::string_view name;  ///< stable kebab-case
  std::string_view ref;   ///< number of the known field failure ("D1"), or empty
  Severity severity = Severity::error;
  Reader reader = Reader::contract;
  Stage stage = Stage::rules;
  std::string_view summary;      ///< what the rule forbids
  std::string_view consequence;  ///< what the reader will do with it
  std::string_view hint;         ///< how to put it right
  /// Looks for the fault in a message; null where it is found elsewhere (see stage).
  void (*check)(const RuleInput& input, Collector& findings) = nullptr;
  std::optional<Type> type =
      std::nullopt;  ///< the only type of message it looks at; any when absent
  std::optional<AtCalendar> calendar = std::nullopt;

  /// As the reader takes it.
  [[nodiscard]] Severity severity_for(Reader who) const {
    return who == Reader::calendar && calendar ? calendar->severity : severity;
  }
  [[nodiscard]] std::string_view consequence_for(Reader who) const {
    return who == Reader::calendar && calendar ? calendar->consequence : consequence;
  }
};

/// All rules, in the order of the stages.
std::span<const Rule> rules();

/// The rule of that name, or null.
const Rule* find_rule(std::string_view name);

}  // namespace fogis::message
