// Values of options, judged.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/duration.hpp"
#include "base/result.hpp"

namespace fogis::cli {

/// The value of an option that may be absent, as it was written.
using OptionText = std::optional<std::string>;

/// A whole number between `low` and `high`, both included; `fallback` when the option was not
/// given. Errors (usage): anything else. The message names the option and quotes the text.
Result<std::uint64_t> whole_number(std::string_view option, const OptionText& text,
                                   std::uint64_t fallback, std::uint64_t low, std::uint64_t high);

/// A number of at least 0, decimals allowed; `high` bounds it. Nothing when it was not given.
/// Errors (usage): as whole_number().
Result<std::optional<double>> decimal(std::string_view option, const OptionText& text, double high);

/// A duration. Nothing when it was not given.
/// Errors (usage): those of parse_duration, naming the option.
Result<std::optional<std::chrono::nanoseconds>> duration(std::string_view option,
                                                         const OptionText& text, ZeroDuration zero);

}  // namespace fogis::cli
