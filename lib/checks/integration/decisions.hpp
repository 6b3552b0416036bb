// From evidence to causes: the decision table. docs/integration-testing.md shows it to users.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "checks/integration/evidence.hpp"
#include "checks/report.hpp"

namespace fogis::checks::integration {

/// Faults of one group hide each other: what looks the same from outside has one cause, and the
/// first row of the group that holds names it.
enum class Group : std::uint8_t {
  server,     ///< Redis itself
  calendar,   ///< why the calendar does not hear
  consumers,  ///< how many hear
  publisher,  ///< where the publisher talks
  address,    ///< our way to a service's HTTP
};

/// A row of the table.
struct Decision {
  std::string_view id;  ///< of the finding: "D9", or a kebab-case name
  Group group = Group::server;
  std::string_view check;  ///< the check whose result it becomes
  std::string_view when;   ///< the condition, in words
  bool (*holds)(const Evidence& evidence);
  Finding (*tell)(const Evidence& evidence);
};

/// All rows, in their order of precedence.
std::span<const Decision> decisions();

/// A finding and the check to which it belongs.
struct Diagnosis {
  std::string_view check;
  Finding finding;
};

/// Exactly one finding a fault: of each group the first row that holds, and one for each rule that
/// observed messages break. A Redis that does not deliver hides everything that follows from it.
/// Pure.
std::vector<Diagnosis> diagnose(const Evidence& evidence);

}  // namespace fogis::checks::integration
