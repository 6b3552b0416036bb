// FOGIS messages with one fault each, for asking whether the fault is named.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "message/finding.hpp"
#include "message/shape.hpp"

namespace fogis::checks {

/// A recipe: a good message and the change that breaks it.
struct BrokenMessage {
  std::string_view rule;  ///< the contract's rule that must be named
  message::Shape shape;
  message::Reader reader;   ///< whose point of view finds the fault
  std::string_view patch;   ///< JSON Patch (RFC 6902); empty: the shape itself has the fault
  std::size_t cut_end = 0;  ///< bytes taken off the end of the text
};

/// A recipe for each fault known from the field (D1, D2, D4 to D7) and for text that is no message.
std::span<const BrokenMessage> broken_messages();

/// Makes the message.
/// Errors: internal when the patch does not fit the message that lib/message builds.
Result<std::string> make_broken(const BrokenMessage& recipe);

}  // namespace fogis::checks
