// Explains command lines that make no sense, so that the next attempt does.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the name that the library has
class App;
class ParseError;
}  // namespace CLI

namespace fogis::cli {

/// `--flag=value` for a flag, or `--option=` without a value: the argument library would take the
/// next argument for the value. Nothing when there is none.
std::optional<Error> find_bad_assignment(const CLI::App& app,
                                         const std::vector<std::string>& arguments);

/// An option without its value, or given twice.
Error explain_parse_fault(const CLI::App& app, const CLI::ParseError& fault,
                          const std::vector<std::string>& arguments);

/// An option that nobody knows. Suggests the nearest known one, what users of redis-cli look for,
/// or the command that has it. Quotes its name alone: the rest may be a password.
Error explain_unknown_option(const CLI::App& app, const std::string& argument);

/// A command that nobody knows, with the nearest known one, or an argument that nobody takes. A URL
/// in it is quoted without its password.
Error explain_unknown_argument(const CLI::App& app, const std::string& argument);

Error missing_command();

}  // namespace fogis::cli
