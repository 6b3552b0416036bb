#include "cli/options.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <utility>

namespace fogis::cli {
namespace {

constexpr char kGuard = '\x1f';

std::vector<std::string> unguard_all(const std::vector<std::string>& arguments) {
  std::vector<std::string> plain;
  plain.reserve(arguments.size());
  for (const auto& argument : arguments) {
    plain.push_back(unguard_argument(argument));
  }
  return plain;
}

void split_list(std::string_view text, std::vector<std::string>& items) {
  while (true) {
    const auto comma = text.find(',');
    items.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) {
      return;
    }
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

std::string guard_argument(std::string_view argument) {
  return kGuard + std::string(argument);
}

std::string unguard_argument(std::string_view argument) {
  return std::string(argument.starts_with(kGuard) ? argument.substr(1) : argument);
}

std::string_view OptionSet::long_name(std::string_view names) {
  return names.substr(names.rfind(',') + 1);
}

OptionSet& OptionSet::group(std::string_view heading) {
  group_ = heading;
  return *this;
}

OptionSet& OptionSet::completes(Words words) {
  declarations_->words.emplace_back(last_, std::move(words));
  return *this;
}

OptionSet& OptionSet::text(std::string_view names, std::string_view placeholder,
                           std::optional<std::string>& target, std::string_view help) {
  return single(names, placeholder, help,
                [&target](std::string text) { target = std::move(text); });
}

OptionSet& OptionSet::single(std::string_view names, std::string_view placeholder,
                             std::string_view help, std::function<void(std::string text)> take) {
  const auto store = [take = std::move(take)](const CLI::results_t& results) {
    take(unguard_argument(results.front()));
    return true;
  };
  last_ = app_->add_option(std::string(names), store, std::string(help))
              ->type_name(std::string(placeholder))
              ->expected(1)
              ->allow_extra_args(false)
              ->group(group_);
  return *this;
}

OptionSet& OptionSet::list(std::string_view names, std::string_view placeholder,
                           std::vector<std::string>& target, std::string_view help) {
  return repeated(names, placeholder, help,
                  [&target](const std::string& text) { split_list(text, target); });
}

OptionSet& OptionSet::each(std::string_view names, std::string_view placeholder,
                           std::vector<std::string>& target, std::string_view help) {
  return repeated(names, placeholder, help,
                  [&target](const std::string& text) { target.push_back(text); });
}

OptionSet& OptionSet::repeated(std::string_view names, std::string_view placeholder,
                               std::string_view help,
                               std::function<void(const std::string& text)> take) {
  const auto store = [take = std::move(take)](const CLI::results_t& results) {
    for (const auto& text : unguard_all(results)) {
      take(text);
    }
    return true;
  };
  last_ = app_->add_option(std::string(names), store, std::string(help))
              ->type_name(std::string(placeholder))
              ->expected(1)
              ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
              ->allow_extra_args(false)
              ->group(group_);
  return *this;
}

OptionSet& OptionSet::flag(std::string_view names, bool& target, std::string_view help) {
  last_ = app_->add_flag(std::string(names), target, std::string(help))->group(group_);
  return *this;
}

OptionSet& OptionSet::arguments(std::string_view usage, std::vector<std::string>& target,
                                std::string_view help) {
  const auto store = [&target](const CLI::results_t& results) {
    target = unguard_all(results);
    return true;
  };
  // The library knows an argument by a name that does not begin with a dash.
  last_ = app_->add_option("arguments", store, std::string(help))
              ->type_name(std::string(usage))
              ->expected(1, -1)
              ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
              ->allow_extra_args(true)
              ->group("Arguments");
  return *this;
}

}  // namespace fogis::cli
