// How a command declares its options: the one place that knows the argument library.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/mentions.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the name that the library has
class App;
}  // namespace CLI

namespace fogis::cli {

/// Adds options to one level of the command line (the tool itself, or one command). Values are kept
/// as they were written; whoever uses them judges them, so that every fault is told in the same
/// words. The targets must outlive the parsing. Names are written `-u,--url`.
class OptionSet {
public:
  /// Does not own `app`. With `mentions`, options that no argument mentions are left out: most of a
  /// short run's time would go into declaring them. Null: all are declared.
  explicit OptionSet(CLI::App& app, const Mentions* mentions = nullptr)
      : app_(&app), mentions_(mentions) {}

  /// The heading under which the options that follow are shown by --help.
  OptionSet& group(std::string_view heading);
  /// An option with a value, given at most once. `placeholder` stands for the value in --help.
  OptionSet& value(std::string_view names, std::string_view placeholder,
                   std::optional<std::string>& target, std::string_view help);
  /// An option whose value is a comma-separated list; may be given several times.
  OptionSet& list(std::string_view names, std::string_view placeholder,
                  std::vector<std::string>& target, std::string_view help);
  /// An option with a value that may be given several times.
  OptionSet& each(std::string_view names, std::string_view placeholder,
                  std::vector<std::string>& target, std::string_view help);
  /// An option without a value; giving it twice changes nothing.
  OptionSet& flag(std::string_view names, bool& target, std::string_view help);
  /// All arguments that are not options.
  OptionSet& arguments(std::string_view placeholder, std::vector<std::string>& target,
                       std::string_view help);

private:
  [[nodiscard]] bool is_needed(std::string_view names) const;
  OptionSet& repeated(std::string_view names, std::string_view placeholder, std::string_view help,
                      std::function<void(const std::string& text)> take);

  CLI::App* app_;
  const Mentions* mentions_;
  std::string group_ = "Options";
};

/// Arguments beginning with `[` or `++` mean something else to the argument library, and after `--`
/// an argument beginning with a dash is no option: a guard in front of them keeps them as they are.
std::string guard_argument(std::string_view argument);
/// Takes the guard away again.
std::string unguard_argument(std::string_view argument);

}  // namespace fogis::cli
