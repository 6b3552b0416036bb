#include "cli/help.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "output/layout.hpp"

namespace fogis::cli {
namespace {

using output::Colour;
using output::Style;

constexpr std::size_t kTextColumn = 26;

constexpr Example kToolExamples[] = {
    {"--ephemeral test-suite", "run all checks on a private server; needs no set-up"},
    {"ping -u redis://localhost:6379 --wait 30s", "wait until a server is ready"},
    {"test-suite --junit report.xml", "run the suite in CI and write a report"},
};

constexpr std::string_view kExitCodes[][2] = {
    {"0", "done, healthy, all checks passed"},
    {"1", "it ran, and the answer is no"},
    {"2", "usage or configuration error"},
    {"3", "the server cannot be reached"},
    {"4", "the server refuses this client, or its certificate is not trusted"},
    {"5", "internal error, or the result could not be written"},
    {"130, 143", "interrupted by SIGINT, SIGTERM"},
};

std::string heading(const Style& style, std::string_view text) {
  return fmt::format("\n{}\n", style.paint(Colour::bold, fmt::format("{}:", text)));
}

/// A term and its explanation, which begins in the same column everywhere.
std::string entry(const Style& style, std::string_view term, std::string_view text) {
  std::string line = fmt::format("  {}", term);
  if (text_width(line) + 2 > kTextColumn) {
    line += '\n';
    line.append(kTextColumn, ' ');
  } else {
    line = output::pad_right(line, kTextColumn);
  }
  return line + output::wrap_indented(text, kTextColumn, style.width) + "\n";
}

std::string paragraph(const Style& style, std::string_view text) {
  return output::wrap_indented(text, 0, style.width) + "\n";
}

/// `-u, --url URL`; names that have no short form are set in.
std::string term_of(const CLI::Option& option) {
  if (option.get_positional()) {
    return option.get_type_name();
  }
  std::string term = option.get_snames().empty() ? "    " : "";
  for (const auto& name : option.get_snames()) {
    term += fmt::format("-{}, ", name);
  }
  term += fmt::format("--{}", option.get_lnames().front());
  return option.get_items_expected_max() == 0 ? term
                                              : fmt::format("{} {}", term, option.get_type_name());
}

std::string option_groups(const CLI::App& app, const Style& style) {
  std::string text;
  std::string group;
  for (const auto* const option : app.get_options()) {
    if (option->get_group() != group) {
      group = option->get_group();
      text += heading(style, group);
    }
    text += entry(style, term_of(*option), option->get_description());
  }
  return text;
}

std::string example_list(std::span<const Example> examples, const Style& style) {
  std::string text = heading(style, "Examples");
  for (const auto& example : examples) {
    text += fmt::format("  fogis-redis {}\n      {}\n", example.line,
                        output::wrap_indented(example.purpose, 6, style.width));
  }
  return text;
}

std::string command_list(const CLI::App& app, const Style& style) {
  std::string text = heading(style, "Commands");
  for (const auto* const command : app.get_subcommands([](const CLI::App*) { return true; })) {
    text += entry(style, command->get_name(), command->get_description());
  }
  return text;
}

std::string usage_line(const Style& style, std::string_view rest) {
  return fmt::format("{} fogis-redis {}\n", style.paint(Colour::bold, "Usage:"), rest);
}

}  // namespace

std::string tool_usage(const CLI::App& app, const Style& style) {
  return usage_line(style, "[OPTIONS] COMMAND [OPTIONS]") + command_list(app, style) + "\n" +
         paragraph(style,
                   "Run fogis-redis --help for all options, or fogis-redis COMMAND --help for "
                   "those of a command.");
}

std::string tool_help(const CLI::App& app, const Style& style) {
  std::string text =
      paragraph(style, "fogis-redis diagnoses the Redis pub/sub wiring of the FOGIS services.") +
      "\n" + usage_line(style, "[OPTIONS] COMMAND [OPTIONS]") + command_list(app, style) +
      option_groups(app, style);
  text += "\n" + paragraph(style,
                           "These options go before or after the command's name. An option "
                           "overrides the URL, the URL overrides the environment, and the "
                           "environment overrides the default. Write a duration as 500ms, 5s, "
                           "2m, or as a number of seconds.");
  text += example_list(kToolExamples, style) + heading(style, "Exit codes");
  for (const auto& [code, meaning] : kExitCodes) {
    text += entry(style, code, meaning);
  }
  return text + "\n" + paragraph(style, "Run fogis-redis COMMAND --help for details of a command.");
}

std::string command_help(const CLI::App& app, const Command& command, const Style& style) {
  const auto& sub = *app.get_subcommand(std::string(command.name));
  std::string rest = fmt::format("{} [OPTIONS]", command.name);
  for (const auto* const option : sub.get_options()) {
    if (option->get_positional()) {
      rest += fmt::format(" {}", option->get_type_name());
    }
  }
  return paragraph(style, fmt::format("fogis-redis {}: {}.", command.name, command.summary)) +
         "\n" + usage_line(style, rest) + "\n" + paragraph(style, command.description) +
         option_groups(sub, style) + example_list(command.examples, style) + "\n" +
         paragraph(style, fmt::format("Formats: {}.", output::list_of(command.formats))) +
         paragraph(style,
                   "Connection, timeout, TLS and output options are listed by "
                   "fogis-redis --help.");
}

}  // namespace fogis::cli
