// Values of options, judged.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"

namespace fogis::cli {

/// A whole number between `low` and `high`, both included.
/// Errors (usage): anything else. The message names the option and quotes the text.
Result<std::uint64_t> whole_number(std::string_view option, std::string_view text,
                                   std::uint64_t low, std::uint64_t high);

/// A number from 0 to `high`, decimals allowed. Errors (usage): as whole_number().
Result<double> decimal(std::string_view option, std::string_view text, double high);

/// A duration. Errors (usage): those of parse_duration, naming the option.
Result<std::chrono::nanoseconds> duration(std::string_view option, std::string_view text,
                                          ZeroDuration zero);

/// The fault of a value that is none of `known`, which the hint lists.
Error unknown_choice(std::string_view option, std::string_view text,
                     const std::vector<std::string_view>& known);

/// `names` as a sentence lists them: "a, b or c".
std::string list_of(const std::vector<std::string_view>& names);

}  // namespace fogis::cli
