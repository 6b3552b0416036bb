#include "cli/usage_fault.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <utility>

#include "base/suggest.hpp"
#include "cli/options.hpp"
#include "config/redis_url.hpp"

namespace fogis::cli {
namespace {

/// What redis-cli and other tools call things.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kForeignOptions{{
    {"--host", "name the server with -u redis://HOST:PORT"},
    {"--port", "name the server with -u redis://HOST:PORT"},
    {"-p", "name the server with -u redis://HOST:PORT"},
    {"-s", "name the socket with -u unix:///path/to/socket"},
    {"--socket", "name the socket with -u unix:///path/to/socket"},
    {"-n", "choose the database with --db N"},
    {"-a", "set REDIS_PASSWORD, or store the password in a file and give --password-file"},
    {"--pass", "set REDIS_PASSWORD, or store the password in a file and give --password-file"},
    {"--password", "set REDIS_PASSWORD, or store the password in a file and give --password-file"},
    {"--askpass", "store the password in a file and give --password-file"},
    {"-t", "set the timeout with --timeout DUR"},
    {"--format", "choose the output format with --output FORMAT"},
}};

Error usage_error(std::string message, std::string hint) {
  return make_error(ErrorKind::usage, Phase::usage, std::move(message), std::move(hint));
}

/// The tool itself and the chosen command: where an option may belong.
std::vector<const CLI::App*> levels_of(const CLI::App& app) {
  std::vector<const CLI::App*> levels{&app};
  for (const auto* const chosen : app.get_subcommands()) {
    levels.push_back(chosen);
  }
  return levels;
}

std::vector<const CLI::App*> all_commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string help_command(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? "fogis-redis --help"
                        : fmt::format("fogis-redis {} --help", chosen.front()->get_name());
}

const CLI::Option* find_option(const CLI::App& app, const std::string& name) {
  for (const auto* const command : all_commands_of(app)) {
    if (const auto* const option = command->get_option_no_throw(name)) {
      return option;
    }
  }
  return app.get_option_no_throw(name);
}

Error missing_value(const std::string& name, const CLI::Option* option) {
  return usage_error(fmt::format("{} needs a value", name),
                     option == nullptr ? std::string()
                                       : fmt::format("write {} {}", name, option->get_type_name()));
}

/// The text of an argument as it may be shown: one that looks like a URL may hold a password.
std::string shown(const std::string& argument) {
  if (argument.find('@') == std::string::npos && argument.find("://") == std::string::npos) {
    return argument;
  }
  return config::parse_redis_url(argument).redacted;
}

std::string_view foreign_hint(std::string_view name) {
  const auto found = std::find_if(kForeignOptions.begin(), kForeignOptions.end(),
                                  [&](const auto& known) { return known.first == name; });
  return found == kForeignOptions.end() ? std::string_view() : found->second;
}

std::optional<std::string> nearest_option(const CLI::App& app, std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto* const level : levels_of(app)) {
    for (const auto* const option : level->get_options()) {
      if (!option->get_lnames().empty()) {
        names.emplace_back(option->get_lnames().front());  // what follows are former names
      }
    }
  }
  name.remove_prefix(std::min(name.find_first_not_of('-'), name.size()));
  const auto found = nearest(name, names);
  return found ? std::optional("--" + std::string(*found)) : std::nullopt;
}

/// The name of the command that has an option which was written before it, or with another one.
std::optional<std::string> owner_of(const CLI::App& app, const std::string& name) {
  for (const auto* const command : all_commands_of(app)) {
    if (command->get_option_no_throw(name) != nullptr) {
      return command->get_name();
    }
  }
  return std::nullopt;
}

Error unknown_command(const CLI::App& app, const std::string& argument) {
  std::vector<std::string> names;
  for (const auto* const command : all_commands_of(app)) {
    names.push_back(command->get_name());
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const auto known = nearest(argument, candidates);
  return usage_error(fmt::format("unknown command \"{}\"", shown(argument)),
                     known ? fmt::format("did you mean {}?", *known)
                           : std::string("fogis-redis --help lists all commands"));
}

}  // namespace

std::optional<Error> find_bad_assignment(const CLI::App& app,
                                         const std::vector<std::string>& arguments) {
  for (const auto& argument : arguments) {
    if (argument == "--") {
      break;
    }
    const auto sign = argument.find('=');
    if (!argument.starts_with("--") || sign == std::string::npos) {
      continue;
    }
    const auto name = argument.substr(0, sign);
    const auto* const option = find_option(app, name);
    if (option != nullptr && !takes_value(*option)) {
      return usage_error(fmt::format("{} takes no value", name), fmt::format("write {}", name));
    }
    if (option != nullptr && sign + 1 == argument.size()) {
      return missing_value(name, option);
    }
  }
  return std::nullopt;
}

Error explain_parse_fault(const CLI::App& app, const CLI::ParseError& fault,
                          const std::vector<std::string>& arguments) {
  for (const auto* const level : levels_of(app)) {
    for (const auto* const option : level->get_options()) {
      if (takes_value(*option) && option->count() > 1 &&
          option->get_multi_option_policy() == CLI::MultiOptionPolicy::Throw) {
        return usage_error(
            fmt::format("{} is given {}", option->get_name(),
                        option->count() == 2 ? std::string("twice")
                                             : fmt::format("{} times", option->count())),
            "give it once");
      }
    }
  }
  const auto& last = arguments.back();
  if (const auto* const option = find_option(app, last);
      option != nullptr && takes_value(*option)) {
    return missing_value(last, option);
  }
  return usage_error(fault.what(), help_command(app) + " lists the values");
}

Error explain_unknown_option(const CLI::App& app, const std::string& argument) {
  const bool is_long = argument.starts_with("--");
  // All behind the name may be a secret: "--pass=…", "-a…".
  const auto name = is_long ? argument.substr(0, argument.find('=')) : argument.substr(0, 2);
  const auto fault = [&](std::string_view shown_name, std::string hint) {
    return usage_error(fmt::format("unknown option {}", shown_name), std::move(hint));
  };
  // A long name with one dash; but what follows -a is a password.
  if (!is_long && argument.size() > 2 && name != "-a") {
    if (const auto known = nearest_option(app, argument.substr(0, argument.find('=')))) {
      return fault(name, fmt::format("did you mean {}?", *known));
    }
  }
  if (const auto hint = foreign_hint(name); !hint.empty()) {
    return fault(name, std::string(hint));
  }
  if (const auto owner = owner_of(app, name)) {
    return fault(
        name, fmt::format("{} is an option of {}; put it after that command's name", name, *owner));
  }
  if (const auto known = is_long ? nearest_option(app, name) : std::nullopt) {
    return fault(name, fmt::format("did you mean {}?", *known));
  }
  return fault(name, fmt::format("{} lists all options", help_command(app)));
}

Error explain_unknown_argument(const CLI::App& app, const std::string& argument) {
  if (app.get_subcommands().empty()) {
    return unknown_command(app, argument);
  }
  const bool is_url = argument.find("://") != std::string::npos;
  return usage_error(
      fmt::format("unexpected argument \"{}\"", shown(argument)),
      is_url ? std::string("name the server with -u URL") : help_command(app) + " shows the usage");
}

Error missing_command() {
  return usage_error("no command given", "fogis-redis --help lists all commands");
}

}  // namespace fogis::cli
