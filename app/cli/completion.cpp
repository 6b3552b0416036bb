#include "cli/completion.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <string>

#include "cli/options.hpp"
#include "message/channels.hpp"

namespace fogis::cli {
namespace {

/// The arguments before the one to complete, as far as they decide what it may be.
class Position {
public:
  Position(const CLI::App& app, const std::vector<std::string>& words) : app_(&app) {
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
      read(words[i]);
    }
  }

  /// The option whose value comes next, or null.
  [[nodiscard]] const CLI::Option* awaits() const { return awaits_; }
  [[nodiscard]] const CLI::App* command() const { return command_; }
  [[nodiscard]] bool options_over() const { return options_over_; }
  /// How many arguments that are no options the command has.
  [[nodiscard]] std::size_t arguments() const { return arguments_; }

  /// The option of that name, without its value, where it may stand; or null.
  [[nodiscard]] const CLI::Option* find(const std::string& name) const {
    const auto* const own = command_ == nullptr ? nullptr : command_->get_option_no_throw(name);
    return own != nullptr ? own : app_->get_option_no_throw(name);
  }

private:
  void read(const std::string& word) {
    if (std::exchange(awaits_, nullptr) != nullptr) {
      return;
    }
    if (!options_over_ && word == "--") {
      options_over_ = true;
    } else if (!options_over_ && word.size() > 1 && word.starts_with('-')) {
      const auto* const option = find(word);
      awaits_ = option != nullptr && takes_value(*option) ? option : nullptr;
    } else if (command_ == nullptr) {
      const auto found = app_->get_subcommands(
          [&](const CLI::App* command) { return command->get_name() == word; });
      command_ = found.empty() ? nullptr : found.front();
    } else {
      ++arguments_;
    }
  }

  const CLI::App* app_;
  const CLI::App* command_ = nullptr;
  const CLI::Option* awaits_ = nullptr;
  bool options_over_ = false;
  std::size_t arguments_ = 0;
};

std::vector<std::string> names_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* const option : app.get_options()) {
    if (!option->get_lnames().empty()) {
      names.push_back("--" + option->get_lnames().front());  // what follows are former names
    }
  }
  return names;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* const command : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

/// What an option's value, or an argument, may be.
Completion values_of(const CLI::Option& option, const Declarations& declarations) {
  Completion values;
  const auto found = std::find_if(declarations.words.begin(), declarations.words.end(),
                                  [&](const auto& row) { return row.first == &option; });
  if (found != declarations.words.end()) {
    values.words = found->second();
  }
  const auto placeholder = option.get_type_name();
  values.files = placeholder == "DIR" || placeholder.find("FILE") != std::string::npos;
  return values;
}

/// The formats of the command, where it is known.
std::vector<std::string> formats_of(const CLI::App* app, std::span<const Command> commands) {
  std::vector<std::string> names;
  const auto command = std::find_if(commands.begin(), commands.end(), [&](const Command& row) {
    return app != nullptr && row.name == app->get_name();
  });
  if (command != commands.end()) {
    for (const auto format : command->formats) {
      names.emplace_back(output::name(format));
    }
  } else {
    for (const auto& row : output::kFormats) {
      names.emplace_back(row.name);
    }
  }
  return names;
}

/// Those that begin with `typed`, each behind `front`.
Completion starting_with(Completion values, std::string_view front, std::string_view typed) {
  std::erase_if(values.words, [&](const std::string& word) { return !word.starts_with(typed); });
  for (auto& word : values.words) {
    word.insert(0, front);
  }
  return values;
}

}  // namespace

Completion complete(const CLI::App& app, std::span<const Command> commands,
                    const Declarations& declarations, const std::vector<std::string>& words) {
  const Position position(app, words);
  const std::string last = words.empty() ? "" : words.back();
  const auto value = [&](const CLI::Option& option, std::string_view front,
                         std::string_view typed) {
    auto values = values_of(option, declarations);
    if (option.get_type_name() == "FORMAT") {
      values.words = formats_of(position.command(), commands);
    }
    // In a list only what follows the last comma is still open.
    if (option.get_type_name().ends_with(",...")) {
      const auto open = typed.rfind(',') + 1;
      return starting_with(std::move(values), std::string(front).append(typed.substr(0, open)),
                           typed.substr(open));
    }
    return starting_with(std::move(values), front, typed);
  };
  if (position.awaits() != nullptr) {
    return value(*position.awaits(), "", last);
  }
  const bool is_option = !position.options_over() && last.starts_with('-');
  if (const auto equals = last.find('='); is_option && equals != std::string::npos) {
    const auto* const option = position.find(last.substr(0, equals));
    return option == nullptr ? Completion()
                             : value(*option, last.substr(0, equals + 1), last.substr(equals + 1));
  }
  if (is_option) {
    Completion names;
    if (position.command() != nullptr) {
      names.words = names_of(*position.command());
    }
    std::ranges::copy(names_of(app), std::back_inserter(names.words));
    return starting_with(std::move(names), "", last);
  }
  if (position.command() == nullptr) {
    return starting_with({.words = commands_of(app)}, "", last);
  }
  const auto* const argument = position.command()->get_option_no_throw("arguments");
  // Where more than one may stand, the placeholder says so.
  const bool open =
      argument != nullptr &&
      (position.arguments() == 0 || argument->get_type_name().find("...") != std::string::npos);
  return open ? value(*argument, "", last) : Completion();
}

std::vector<std::string> fogis_channels() {
  return message::channel_names([](std::string_view) { return std::nullopt; });
}

std::optional<std::string_view> completion_script(std::string_view shell) {
  // Each asks for the lines that fit the words before the cursor; the first line is "files" where
  // the shell is to add names of files, else "words".
  if (shell == "bash") {
    // bash takes `:` and `=` for ends of words: what stands before the last of them is not
    // replaced.
    return R"(_fogis_redis() {
  local line=${COMP_LINE:0:COMP_POINT} words typed kept found
  read -ra words <<<"$line"
  [[ $line != *[[:space:]] ]] || words+=("")
  typed=${words[-1]}
  kept=${typed%"${typed##*[:=]}"}
  mapfile -t found < <("${words[0]}" completion words -- "${words[@]:1}" 2>/dev/null)
  COMPREPLY=("${found[@]:1}")
  COMPREPLY=("${COMPREPLY[@]#"$kept"}")
  if [[ ${found[0]-} == files ]]; then
    compopt -o filenames
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "${typed##*=}")
  elif [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=,] ]]; then
    compopt -o nospace
  fi
}
complete -F _fogis_redis fogis-redis
)";
  }
  if (shell == "zsh") {
    return R"(#compdef fogis-redis
_fogis_redis() {
  local -a found ended open
  found=("${(@f)$("${words[1]}" completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  open=("${(@M)found[2,-1]:#*=}")
  ended=("${(@)found[2,-1]:#*=}")
  (( ! ${#open} )) || compadd -S '' -- "${open[@]}"
  (( ! ${#ended} )) || compadd -- "${ended[@]}"
  if [[ ${found[1]} == files ]]; then
    compset -P '*='
    _files
  fi
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _fogis_redis "$@"
else
  compdef _fogis_redis fogis-redis
fi
)";
  }
  if (shell == "fish") {
    return R"(function __fogis_redis
    set -l words (commandline -opc) (commandline -ct)
    set -l found ($words[1] completion words -- $words[2..-1] 2>/dev/null)
    test (count $found) -gt 1; and printf '%s\n' $found[2..-1]
    test "$found[1]" = files; and __fish_complete_path (commandline -ct)
end
complete -c fogis-redis -f -a '(__fogis_redis)'
)";
  }
  return std::nullopt;
}

}  // namespace fogis::cli
