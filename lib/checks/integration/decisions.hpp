// From evidence to causes: the decision table. docs/integration-testing.md shows it to users.
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checks/integration/evidence.hpp"
#include "checks/report.hpp"

namespace fogis::checks::integration {

/// Faults of one group hide each other: what looks the same from outside has one cause, and the
/// first row of the group that holds names it.
enum class Group : std::uint8_t {
  server,       ///< Redis itself
  calendar,     ///< why the calendar does not hear
  credentials,  ///< why the calendar cannot do what it hears
  restart,      ///< what a restart of Redis has cost
  consumers,    ///< how many hear
  publisher,    ///< where the publisher talks
  processor,    ///< what the processor says of itself
  way,          ///< the connections to Redis
  address,      ///< our way to a service's HTTP
};

/// A text of a row: fixed, or written from the evidence by a function.
class Text {
public:
  using Writer = std::string (*)(const Evidence& evidence);

  constexpr Text(const char* fixed) : fixed_(fixed) {}
  template <std::convertible_to<Writer> Function>
  constexpr Text(Function writer) : writer_(writer) {}

  std::string operator()(const Evidence& evidence) const {
    return writer_ == nullptr ? std::string(fixed_) : writer_(evidence);
  }

private:
  std::string_view fixed_;
  Writer writer_ = nullptr;
};

/// A row of the table: a known fault, how to see it, and what to say of it.
struct Decision {
  std::string_view id;  ///< of the finding: "D9", or a kebab-case name
  Group group = Group::server;
  std::string_view check;  ///< the check whose result it becomes
  Status status = Status::fail;
  std::string_view when;  ///< the condition, in words
  bool (*holds)(const Evidence& evidence);
  Text problem;
  Text evidence;  ///< asked only of a row that holds, as the other texts
  Text consequence;
  Text hint;
};

/// All rows, in their order of precedence.
std::span<const Decision> decisions();

/// A finding and the check to which it belongs.
struct Diagnosis {
  std::string_view check;
  Issue finding;
};

/// Exactly one finding a fault: of each group the first row that holds, and one for each rule that
/// observed messages break. A Redis that does not deliver hides everything that follows from it.
/// Pure.
std::vector<Diagnosis> diagnose(const Evidence& evidence);

}  // namespace fogis::checks::integration
