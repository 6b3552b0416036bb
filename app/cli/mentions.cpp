#include "cli/mentions.hpp"

#include <algorithm>

namespace fogis::cli {

std::string_view long_option_name(std::string_view argument) {
  return argument.starts_with("--") ? argument.substr(0, argument.find('=')) : std::string_view();
}

bool Mentions::option(std::string_view names) const {
  while (!names.empty()) {
    const auto comma = names.find(',');
    const auto name = names.substr(0, comma);
    if (name.starts_with("--") ? long_name(name) : any_short_name()) {
      return true;
    }
    names = comma == std::string_view::npos ? std::string_view() : names.substr(comma + 1);
  }
  return false;
}

bool Mentions::command(std::string_view name) const {
  return std::find(arguments_->begin(), arguments_->end(), name) != arguments_->end();
}

bool Mentions::long_name(std::string_view name) const {
  return std::any_of(arguments_->begin(), arguments_->end(),
                     [&](std::string_view argument) { return long_option_name(argument) == name; });
}

bool Mentions::any_short_name() const {
  return std::any_of(arguments_->begin(), arguments_->end(), [](std::string_view argument) {
    return argument.size() > 1 && argument[0] == '-' && argument[1] != '-';
  });
}

}  // namespace fogis::cli
