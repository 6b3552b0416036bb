// JSON documents: the head that all share, and the parts that several have.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "redis/statistics.hpp"

namespace fogis::output {

using Json = nlohmann::ordered_json;

/// `{"kind": "fogis-redis/<kind>", "version": 1}`, to be filled.
Json json_document(std::string_view kind);

/// `text`, or null when it is empty.
Json text_or_null(std::string_view text);

/// A duration in milliseconds, to the microsecond.
Json milliseconds(std::chrono::nanoseconds span);

/// `{code, phase, message, endpoint, hint}`; server_code, errno and elapsed_ms where they are
/// known.
Json to_json(const Error& error);

/// The counters of a client.
Json to_json(const redis::StatisticsSnapshot& statistics);

/// The document as text with a line break. Bytes that are not UTF-8 become U+FFFD.
std::string dump(const Json& document);

/// The document that stands for a result which could not be had. `command` is empty when it is not
/// known which one was meant.
std::string error_document(std::string_view command, const Error& error);

}  // namespace fogis::output
