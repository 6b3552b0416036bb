#include "cli/help.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "fogis_version.hpp"
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

constexpr std::string_view kPurpose =
    "fogis-redis diagnoses the Redis pub/sub wiring of the FOGIS services.";

constexpr std::string_view kAboutOptions =
    "These options go before or after the command's name. An option overrides the URL, the URL "
    "overrides the environment, and the environment overrides the default. Write a duration as "
    "500ms, 5s, 2m, or as a number of seconds.";

constexpr std::string_view kExitCodes[][2] = {
    {"0", "done, healthy, all checks passed"},
    {"1", "it ran, and the answer is no"},
    {"2", "usage or configuration error"},
    {"3", "the server cannot be reached"},
    {"4", "the server refuses this client, or its certificate is not trusted"},
    {"5", "internal error, or the result could not be written"},
    {"129, 130, 143", "interrupted by SIGHUP, SIGINT, SIGTERM"},
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

/// Calls `heading` with the name of each group and `entry` with each option in it.
template <typename Heading, typename Entry>
void each_option(const CLI::App& app, Heading heading, Entry entry) {
  std::string group;
  for (const auto* const option : app.get_options()) {
    if (option->get_group() != group) {
      group = option->get_group();
      heading(group);
    }
    entry(term_of(*option), option->get_description());
  }
}

std::string option_groups(const CLI::App& app, const Style& style) {
  std::string text;
  each_option(
      app, [&](const std::string& group) { text += heading(style, group); },
      [&](const std::string& term, const std::string& help) { text += entry(style, term, help); });
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

/// How a command is called, as one would type it.
std::string usage_of(const CLI::App& command) {
  std::string usage = fmt::format("{} [OPTIONS]", command.get_name());
  for (const auto* const option : command.get_options()) {
    if (option->get_positional()) {
      usage += fmt::format(" {}", option->get_type_name());
    }
  }
  return usage;
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
  std::string text = paragraph(style, kPurpose) + "\n" +
                     usage_line(style, "[OPTIONS] COMMAND [OPTIONS]") + command_list(app, style) +
                     option_groups(app, style);
  text += "\n" + paragraph(style, kAboutOptions);
  text += example_list(kToolExamples, style) + heading(style, "Exit codes");
  for (const auto& [code, meaning] : kExitCodes) {
    text += entry(style, code, meaning);
  }
  return text + "\n" + paragraph(style, "Run fogis-redis COMMAND --help for details of a command.");
}

std::string command_help(const CLI::App& app, const Command& command, const Style& style) {
  const auto& sub = *app.get_subcommand(std::string(command.name));
  return paragraph(style, fmt::format("fogis-redis {}: {}.", command.name, command.summary)) +
         "\n" + usage_line(style, usage_of(sub)) + "\n" + paragraph(style, command.description) +
         option_groups(sub, style) + example_list(command.examples, style) + "\n" +
         paragraph(style, fmt::format("Formats: {}.", output::list_of(command.formats))) +
         paragraph(style,
                   "Connection, timeout, TLS and output options are listed by "
                   "fogis-redis --help.");
}

namespace {

/// Text for the man page, in short lines: nothing in it is taken for a macro, and dashes can be
/// copied.
std::string roff(std::string_view text) {
  constexpr std::size_t kColumns = 60;
  std::string escaped;
  for (const char letter : output::wrap_indented(text, 0, kColumns)) {
    const bool first = escaped.empty() || escaped.ends_with('\n');
    if (letter == '\\') {
      escaped += "\\e";
    } else if (letter == '-') {
      escaped += "\\-";
    } else if (first && (letter == '.' || letter == '\'')) {
      escaped += fmt::format("\\&{}", letter);
    } else {
      escaped += letter;
    }
  }
  return escaped;
}

/// The same in one line, for the arguments of a macro and for what must not be filled.
std::string roff_line(std::string_view text) {
  auto line = roff(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

std::string roff_entry(std::string_view term, std::string_view text) {
  const auto begin = std::min(term.find_first_not_of(' '), term.size());
  return fmt::format(".TP\n.B {}\n{}\n", roff_line(term.substr(begin)), roff(text));
}

std::string roff_options(const CLI::App& app, std::string_view heading) {
  std::string text;
  each_option(
      app,
      [&](const std::string& group) { text += fmt::format("{}{}\n", heading, roff_line(group)); },
      [&](const std::string& term, const std::string& help) { text += roff_entry(term, help); });
  return text;
}

std::string roff_examples(std::span<const Example> examples) {
  std::string text;
  for (const auto& example : examples) {
    // The first follows a heading, where man(7) wants no paragraph.
    text += fmt::format("{}{}\n.PP\n.nf\n.RS\nfogis\\-redis {}\n.RE\n.fi\n",
                        &example == examples.data() ? "" : ".PP\n", roff(example.purpose),
                        roff_line(example.line));
  }
  return text;
}

}  // namespace

std::string man_page(const CLI::App& app, std::span<const Command> commands) {
  std::string text = fmt::format(
      ".TH FOGIS\\-REDIS 1 \"{}\" \"fogis\\-redis {}\" \"User Commands\"\n"
      ".SH NAME\nfogis\\-redis \\- diagnoses the Redis pub/sub wiring of the FOGIS services\n"
      ".SH SYNOPSIS\n.B fogis\\-redis\n[OPTIONS] COMMAND [OPTIONS]\n"
      ".SH DESCRIPTION\n{} Each command is described below; its exit code is the verdict.\n"
      ".SH COMMANDS\n",
      kCommitDay, roff(kVersion), roff(kPurpose));
  for (const auto& command : commands) {
    const auto& sub = *app.get_subcommand(std::string(command.name));
    text += fmt::format(".SS fogis\\-redis {}\n{}\n", roff_line(usage_of(sub)),
                        roff(command.description));
    text += roff_options(sub, ".PP\n") + ".PP\nExamples\n.PP\n" + roff_examples(command.examples);
    text += fmt::format(".PP\nFormats: {}.\n", output::list_of(command.formats));
  }
  text += fmt::format(".SH OPTIONS\n{}\n", roff(kAboutOptions)) + roff_options(app, ".SS ");
  text += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : kExitCodes) {
    text += roff_entry(code, meaning);
  }
  return text + ".SH EXAMPLES\n" + roff_examples(kToolExamples) +
         ".SH SEE ALSO\n.BR redis\\-cli (1),\n.BR redis\\-server (1)\n";
}

}  // namespace fogis::cli
