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

Result<std::uint64_t> whole_number(std::string_view option, std::string_view text,
                                   std::uint64_t low, std::uint64_t high) {
  const auto number = parse_number<std::uint64_t>(text);
  if (!number || *number < low || *number > high) {
    return failure(bad_value(option, text, fmt::format("a whole number from {} to {}", low, high)));
  }
  return *number;
}

Result<double> decimal(std::string_view option, std::string_view text, double high) {
  const auto number = parse_number<double>(text);
  if (!number || !std::isfinite(*number) || *number < 0 || *number > high) {
    return failure(bad_value(option, text, fmt::format("a number from 0 to {}", high)));
  }
  return *number;
}

Result<std::chrono::nanoseconds> duration(std::string_view option, std::string_view text,
                                          ZeroDuration zero) {
  auto span = parse_duration(text, zero);
  if (!span) {
    span.error().message = fmt::format("{}: {}", option, span.error().message);
  }
  return span;
}

Error unknown_choice(std::string_view option, std::string_view text,
                     const std::vector<std::string_view>& known) {
  return make_error(ErrorKind::usage, Phase::usage,
                    fmt::format("{}: \"{}\" is not known", option, text),
                    fmt::format("{} takes {}", option, list_of(known)));
}

std::string list_of(const std::vector<std::string_view>& names) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    list += i == 0 ? "" : i + 1 == names.size() ? " or " : ", ";
    list += names[i];
  }
  return list;
}

}  // namespace fogis::cli
