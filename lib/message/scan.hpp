// The first step of judging: from bytes to a document, within bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "message/collector.hpp"
#include "message/json_reader.hpp"

namespace fogis::message {

/// Reads one JSON document (RFC 8259) into `document`. The bounds hold while it grows: a document
/// that breaks one is given up at that point, so memory stays below the size plus about 180 bytes a
/// value, and the result is never nested deeper than the bound, nor than 512 levels. An integral
/// number within 2^53 is kept as an integer, also when written as 1.0 or 1e2, since JSON Schema
/// knows no difference. Faults are added to `findings`; a key that stands twice is one, after which
/// reading goes on with the last value. Returns whether the document is whole. Never throws
/// anything but std::bad_alloc.
bool scan(std::string_view text, Bounds bounds, nlohmann::json& document, Collector& findings);

/// Adds what scan() says of a document of `size` bytes that is larger than the bound.
void report_too_large(std::uint64_t size, const Bounds& bounds, Collector& findings);

}  // namespace fogis::message
