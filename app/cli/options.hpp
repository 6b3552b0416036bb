// How a command declares its options: the one place that knows the argument library.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "cli/values.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the name that the library has
class App;
class Option;
}  // namespace CLI

namespace fogis::cli {

/// What an option's target holds: `T` of an `std::optional<T>`, else the target's own type.
template <typename Value>
struct Held {
  using Type = Value;
};
template <typename T>
struct Held<std::optional<T>> {
  using Type = T;
};

/// Both included.
struct Bounds {
  std::uint64_t low;
  std::uint64_t high;
};

/// The values that an option may have, in the order in which a shell shows them.
using Words = std::function<std::vector<std::string>()>;

/// What is kept beside the argument library while options are declared and parsed.
struct Declarations {
  std::optional<Error> fault;  ///< the first bad value
  std::vector<std::pair<const CLI::Option*, Words>> words;
};

/// Adds options to one level of the command line (the tool itself, or one command). An option is
/// declared with its type; its value is judged while the arguments are parsed and written to the
/// target, which keeps its own value, the default, when the option is not given. The first bad
/// value is kept as a fault. Targets may be optional; they must outlive the parsing. Names are
/// written `-u,--url`; faults name the last of them. An option's second long name is a former one:
/// it works, and --help keeps quiet about it. `placeholder` stands for the value in --help.
class OptionSet {
public:
  /// Owns neither; both must outlive the parsing.
  OptionSet(CLI::App& app, Declarations& declarations) : app_(&app), declarations_(&declarations) {}

  /// The heading under which the options that follow are shown by --help.
  OptionSet& group(std::string_view heading);

  /// Any text: a path, a name, or what somebody else resolves. Given at most once, as all that
  /// follow with one value.
  OptionSet& text(std::string_view names, std::string_view placeholder,
                  std::optional<std::string>& target, std::string_view help);
  /// What `parse`, called with the text, makes of it. Errors of `parse` have to name the option.
  template <typename Value, typename Parse>
  OptionSet& parsed(std::string_view names, std::string_view placeholder, Value& target,
                    Parse parse, std::string_view help) {
    return single(names, placeholder, help,
                  [declarations = declarations_, &target, parse](std::string text) {
                    auto value = parse(text);
                    if (value) {
                      target = static_cast<typename Held<Value>::Type>(std::move(*value));
                    } else if (!declarations->fault) {
                      declarations->fault = std::move(value.error());
                    }
                  });
  }
  /// A whole number within the bounds.
  template <typename Value>
  OptionSet& count(std::string_view names, std::string_view placeholder, Value& target,
                   Bounds bounds, std::string_view help) {
    return parsed(
        names, placeholder, target,
        [option = long_name(names), bounds](std::string_view text) {
          return whole_number(option, text, bounds.low, bounds.high);
        },
        help);
  }
  /// A number from 0 to `high`.
  template <typename Value>
  OptionSet& decimal(std::string_view names, std::string_view placeholder, Value& target,
                     double high, std::string_view help) {
    return parsed(
        names, placeholder, target,
        [option = long_name(names), high](std::string_view text) {
          return cli::decimal(option, text, high);
        },
        help);
  }
  template <typename Value>
  OptionSet& duration(std::string_view names, Value& target, ZeroDuration zero,
                      std::string_view help) {
    return parsed(
        names, "DUR", target,
        [option = long_name(names), zero](std::string_view text) {
          return cli::duration(option, text, zero);
        },
        help);
  }
  /// One of `choices`, a constant array, written as name(choice) has it.
  template <typename Value, typename Choices>
  OptionSet& choice(std::string_view names, std::string_view placeholder, Value& target,
                    const Choices& choices, std::string_view help) {
    using Choice = typename Held<Value>::Type;
    return parsed(
               names, placeholder, target,
               [option = long_name(names), &choices](std::string_view text) -> Result<Choice> {
                 std::vector<std::string_view> known;
                 for (const auto candidate : choices) {
                   if (known.emplace_back(name(candidate)) == text) {
                     return candidate;
                   }
                 }
                 return failure(unknown_choice(option, text, known));
               },
               help)
        .completes([&choices] {
          std::vector<std::string> known;
          std::transform(std::begin(choices), std::end(choices), std::back_inserter(known),
                         [](const auto candidate) { return std::string(name(candidate)); });
          return known;
        });
  }
  /// An option without a value; giving it twice changes nothing.
  OptionSet& flag(std::string_view names, bool& target, std::string_view help);

  /// An option whose value is a comma-separated list; may be given several times.
  OptionSet& list(std::string_view names, std::string_view placeholder,
                  std::vector<std::string>& target, std::string_view help);
  /// An option with a value that may be given several times.
  OptionSet& each(std::string_view names, std::string_view placeholder,
                  std::vector<std::string>& target, std::string_view help);
  /// The same, with what `parse` makes of each value. Errors of `parse` have to name the option.
  template <typename Value, typename Parse>
  OptionSet& each(std::string_view names, std::string_view placeholder, std::vector<Value>& target,
                  Parse parse, std::string_view help) {
    return repeated(names, placeholder, help,
                    [declarations = declarations_, &target, parse](const std::string& text) {
                      auto value = parse(text);
                      if (value) {
                        target.push_back(std::move(*value));
                      } else if (!declarations->fault) {
                        declarations->fault = std::move(value.error());
                      }
                    });
  }
  /// All arguments that are not options. `usage`: as one would type them.
  OptionSet& arguments(std::string_view usage, std::vector<std::string>& target,
                       std::string_view help);

  /// Values of the option that was declared last, for shells to complete. Those of choice(), and
  /// files where the placeholder is FILE or DIR, are known without.
  OptionSet& completes(Words words);

private:
  static std::string_view long_name(std::string_view names);
  OptionSet& single(std::string_view names, std::string_view placeholder, std::string_view help,
                    std::function<void(std::string text)> take);
  OptionSet& repeated(std::string_view names, std::string_view placeholder, std::string_view help,
                      std::function<void(const std::string& text)> take);

  CLI::App* app_;
  Declarations* declarations_;
  const CLI::Option* last_ = nullptr;
  std::string group_ = "Options";
};

/// Whether the option is no flag.
bool takes_value(const CLI::Option& option);

/// Arguments beginning with `[` or `++` mean something else to the argument library, and after `--`
/// an argument beginning with a dash is no option: a guard in front of them keeps them as they are.
std::string guard_argument(std::string_view argument);
/// Takes the guard away again.
std::string unguard_argument(std::string_view argument);

}  // namespace fogis::cli
