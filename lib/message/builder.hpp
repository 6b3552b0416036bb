// Makes messages that keep the contract: for tests, probes and `publish --type`.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "message/shape.hpp"

namespace fogis::message {

/// The state that a processing_status message reports.
enum class ProcessingState : std::uint8_t { started, completed, failed };

/// The severity that a system_alert message carries.
enum class AlertSeverity : std::uint8_t { info, warning, error };

struct BuildOptions {
  std::string source = "fogis-redis";                    ///< `source` of the envelope; UTF-8
  std::optional<std::string> message_id = std::nullopt;  ///< a new UUID when absent
  std::optional<std::chrono::system_clock::time_point> now =
      std::nullopt;                                  ///< the system's clock when absent
  std::size_t matches = 2;                           ///< in match_updates; may be 0
  bool has_changes = true;                           ///< in match_updates
  ProcessingState state = ProcessingState::started;  ///< in processing_status
  AlertSeverity severity = AlertSeverity::info;      ///< in system_alert
};

/// A message of the shape, as compact JSON in UTF-8. Names and addresses are invented. It keeps the
/// contract, but for the `production` shape, which by its nature has the fault D1, and for
/// has_changes with no match (D4). Thread-safe.
std::string build_message(Shape shape, const BuildOptions& options = {});

/// A message that may be published on a live channel: the calendar drops or only logs it.
/// match_updates has no match and no change (a change would write a calendar), processing_status
/// says `started` by the processor "fogis-redis probe", system_alert has the severity `info`.
/// Of `options` only source, message_id and now are used. Thread-safe.
std::string build_probe(Type type, const BuildOptions& options = {});

/// The envelope around a payload given as JSON text. For match_updates the `schema_version` is put
/// at the top, where readers look: "2.0" when the matches are raw or have enhanced teams, else
/// "1.0". Whether the payload keeps the contract is not examined (see judge()). Thread-safe.
/// Errors (kind usage, phase schema): the payload is no JSON object or is nested too deeply.
Result<std::string> wrap_payload(Type type, std::string_view payload,
                                 const BuildOptions& options = {});

}  // namespace fogis::message
