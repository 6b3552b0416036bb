#include "cli/values.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/number.hpp"

namespace fogis::cli {
namespace {

Error bad_value(std::string_view option, std::string_view text, std::string_view wanted) {
  return make_error(ErrorKind::usage, Phase::usage,
                    fmt::format("{}: \"{}\" is not {}", option, text, wanted),
                    fmt::format("{} takes {}", option, wanted));
}

}  // namespace

Result<std::uint64_t> whole_number(std::string_view option, const OptionText& text,
                                   std::uint64_t fallback, std::uint64_t low, std::uint64_t high) {
  if (!text) {
    return fallback;
  }
  const auto number = parse_number<std::uint64_t>(*text);
  if (!number || *number < low || *number > high) {
    return failure(
        bad_value(option, *text, fmt::format("a whole number from {} to {}", low, high)));
  }
  return *number;
}

Result<std::optional<double>> decimal(std::string_view option, const OptionText& text,
                                      double high) {
  if (!text) {
    return std::nullopt;
  }
  const auto number = parse_number<double>(*text);
  if (!number || !std::isfinite(*number) || *number < 0 || *number > high) {
    return failure(bad_value(option, *text, fmt::format("a number from 0 to {}", high)));
  }
  return number;
}

Result<std::optional<std::chrono::nanoseconds>> duration(std::string_view option,
                                                         const OptionText& text,
                                                         ZeroDuration zero) {
  if (!text) {
    return std::nullopt;
  }
  auto span = parse_duration(*text, zero);
  if (!span) {
    auto error = span.error();
    error.message = fmt::format("{}: {}", option, error.message);
    return failure(std::move(error));
  }
  return *span;
}

}  // namespace fogis::cli
