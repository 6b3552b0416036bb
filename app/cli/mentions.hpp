// What a command line could be talking about, before it is parsed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fogis::cli {

/// The options and commands that the arguments may name. A word that turns out to be a value counts
/// as well, so this tells too much at times, never too little. The arguments must outlive it.
class Mentions {
public:
  /// \param arguments without the program's name.
  explicit Mentions(const std::vector<std::string>& arguments) : arguments_(&arguments) {}

  /// \param names of one option, as `-u,--url`. An option with a short name counts as mentioned
  /// when any argument begins with one dash: short names can be written together.
  [[nodiscard]] bool option(std::string_view names) const;
  [[nodiscard]] bool command(std::string_view name) const;

private:
  [[nodiscard]] bool long_name(std::string_view name) const;
  [[nodiscard]] bool any_short_name() const;

  const std::vector<std::string>* arguments_;
};

/// The name in `--name` or `--name=value`; empty when the argument is neither.
std::string_view long_option_name(std::string_view argument);

}  // namespace fogis::cli
