#include "cli/parser.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <iterator>
#include <optional>

#include "cli/help.hpp"
#include "cli/usage_fault.hpp"

namespace fogis::cli {

struct Parser::State {
  std::span<const Command> commands;
  CLI::App app{"", "fogis-redis"};
  GlobalOptions options;
  bool help = false;
  bool version = false;
  Declarations declarations;
  std::vector<Run> runs;  ///< of the declared commands, each where the table has it
};

namespace {

/// The arguments as the library has to see them: those that it would read as something else are
/// guarded, and the `--` that is obeyed here is gone.
std::vector<std::string> guard_arguments(const std::vector<std::string>& arguments) {
  std::vector<std::string> guarded;
  bool options_over = false;
  for (const auto& argument : arguments) {
    if (argument == "--" && !options_over) {
      options_over = true;
    } else if (argument.starts_with('[') || argument.starts_with('\x1f') || argument == "++" ||
               (options_over && argument.starts_with('-'))) {
      guarded.push_back(guard_argument(argument));
    } else {
      guarded.push_back(argument);
    }
  }
  return guarded;
}

/// Whether -h is used as in redis-cli, where a host follows it. A check that prints the help by
/// mistake would succeed for ever.
bool takes_help_for_host(const std::vector<std::string>& arguments) {
  const auto help = std::find(arguments.begin(), arguments.end(), "-h");
  return help != arguments.end() && std::next(help) != arguments.end() &&
         !std::next(help)->starts_with('-');
}

const Command* chosen_command(const CLI::App& app, std::span<const Command> commands) {
  const auto chosen = app.get_subcommands();
  if (chosen.empty()) {
    return nullptr;
  }
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const Command& command) {
    return command.name == chosen.front()->get_name();
  });
  return found == commands.end() ? nullptr : &*found;
}

}  // namespace

Parser::Parser(std::span<const Command> commands) : commands_(commands) {}

Parser::~Parser() = default;

/// The options of all commands, or with `only` those of that command: declaring the others would
/// take most of a short run's time.
std::unique_ptr<Parser::State> Parser::declare(const Command* only) const {
  auto state = std::make_unique<State>();
  state->commands = commands_;
  auto& app = state->app;
  // Help and version are flags like others: what they lead to is decided after parsing.
  app.set_help_flag();
  app.allow_extras();
  app.require_subcommand(0, 1);
  OptionSet top(app, state->declarations);
  declare_global_options(top, state->options);
  top.group("Help")
      .flag("-h,--help", state->help, "show this help, or that of the command")
      .flag("-V,--version", state->version,
            "show the version; with -v also the commit, the libraries and the compiler");
  state->runs.resize(commands_.size());
  for (std::size_t i = 0; i < commands_.size(); ++i) {
    const auto& command = commands_[i];
    if (only == nullptr || only == &command) {
      auto* const sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
      sub->fallthrough();
      sub->allow_extras();
      state->runs[i] = command.declare(OptionSet(*sub, state->declarations));
    }
  }
  return state;
}

Parsed Parser::parse(const std::vector<std::string>& arguments) {
  // The first word that names a command may be an option's value; then this finds no command.
  const auto word = std::find_first_of(
      arguments.begin(), arguments.end(), commands_.begin(), commands_.end(),
      [](const std::string& argument, const Command& command) { return argument == command.name; });
  if (word != arguments.end()) {
    state_ = declare(&*std::find_if(commands_.begin(), commands_.end(),
                                    [&](const Command& command) { return command.name == *word; }));
    auto parsed = parse_with(*state_, arguments);
    if (std::holds_alternative<Invocation>(parsed)) {
      return parsed;
    }
  }
  // Whatever is said about options and commands needs all of them.
  state_ = declare(nullptr);
  return arguments.empty() ? Parsed(NothingAsked{}) : parse_with(*state_, arguments);
}

Parsed Parser::parse_with(State& state, const std::vector<std::string>& arguments) {
  auto& app = state.app;
  if (auto error = find_bad_assignment(app, arguments)) {
    return UsageFault{std::move(*error), nullptr};
  }
  try {
    auto guarded = guard_arguments(arguments);
    std::reverse(guarded.begin(), guarded.end());  // the library takes them from the back
    app.parse(std::move(guarded));
  } catch (const CLI::ParseError& fault) {
    return UsageFault{explain_parse_fault(app, fault, arguments),
                      chosen_command(app, state.commands)};
  }
  const auto* const command = chosen_command(app, state.commands);
  if (state.help && takes_help_for_host(arguments)) {
    return UsageFault{
        make_error(ErrorKind::usage, Phase::usage, "-h shows the help; it does not take a host",
                   "write -u redis://HOST:PORT, or --help after the command"),
        command};
  }
  if (state.help) {
    return HelpRequest{command};
  }
  if (state.version) {
    return VersionRequest{};
  }
  if (const auto unknown = app.remaining(true); !unknown.empty()) {
    const auto argument = unguard_argument(unknown.front());
    const bool is_option = argument.starts_with('-') && argument == unknown.front();
    return UsageFault{
        is_option ? explain_unknown_option(app, argument) : explain_unknown_argument(app, argument),
        command};
  }
  if (command == nullptr) {
    return UsageFault{missing_command(), nullptr};
  }
  if (state.declarations.fault) {
    return Invocation{
        command, [&state](Session& session) { return session.fail(*state.declarations.fault); }};
  }
  const auto index = static_cast<std::size_t>(std::distance(state.commands.data(), command));
  return Invocation{command, state.runs[index]};
}

const GlobalOptions& Parser::options() const {
  return state_->options;
}

Result<const Command*> Parser::find(const std::string& name) const {
  for (const auto& command : commands_) {
    if (command.name == name) {
      return &command;
    }
  }
  return failure(explain_unknown_argument(declare(nullptr)->app, name));
}

std::string Parser::help(const Command* command, const output::Style& style) const {
  const auto state = declare(command);
  return command == nullptr ? tool_help(state->app, style)
                            : command_help(state->app, *command, style);
}

std::string Parser::short_help(const output::Style& style) const {
  return tool_usage(declare(nullptr)->app, style);
}

std::string Parser::man_page() const {
  return cli::man_page(declare(nullptr)->app, commands_);
}

Completion Parser::complete(const std::vector<std::string>& words) const {
  const auto state = declare(nullptr);
  return cli::complete(state->app, commands_, state->declarations, words);
}

namespace {

/// The format that the arguments ask for, else FOGIS_OUTPUT: read without knowing the options.
std::optional<std::string> asked_format(const std::vector<std::string>& arguments,
                                        const config::Environment& environment) {
  std::optional<std::string> format;
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const auto& argument = arguments[i];
    const bool has_next = i + 1 < arguments.size();
    if (argument == "--json" || argument == "--report=json=-" ||
        (argument == "--report" && has_next && arguments[i + 1] == "json=-")) {
      format = "json";
    } else if ((argument == "-o" || argument == "--output") && has_next) {
      format = arguments[i + 1];
    } else if (argument.starts_with("--output=")) {
      format = argument.substr(std::string_view("--output=").size());
    } else if (argument.starts_with("-o")) {
      format = argument.substr(2);
    }
  }
  return format ? format : environment("FOGIS_OUTPUT");
}

}  // namespace

bool asks_for_json(const std::vector<std::string>& arguments,
                   const config::Environment& environment) {
  return asked_format(arguments, environment) == "json";
}

bool asks_for_nagios(const std::vector<std::string>& arguments,
                     const config::Environment& environment) {
  return asked_format(arguments, environment) == "nagios" &&
         std::find(arguments.begin(), arguments.end(), "monitor") != arguments.end();
}

}  // namespace fogis::cli
