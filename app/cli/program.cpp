#include "cli/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "cli/exit_code.hpp"
#include "cli/parser.hpp"
#include "cli/signals.hpp"
#include "fogis_version.hpp"
#include "output/json.hpp"
#include "output/monitor.hpp"

namespace fogis::cli {
namespace {

using output::Console;
using output::Writer;

/// Lets no socket become stdout: a standard stream that was closed is opened on the null device, in
/// the direction in which using it fails as it would have.
void keep_standard_streams() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) == -1) {
      // The lowest free number is taken, which is this one. Nobody to tell when it fails.
      [[maybe_unused]] const int opened =
          ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

/// Everything that does not depend on the command.
struct Program {
  const std::vector<std::string>& arguments;
  const config::Environment environment = config::process_environment();
  const StopEvent& stop;
  Parser& parser;
  Writer out{STDOUT_FILENO, &stop};

  /// A console for what happens before the options are understood.
  [[nodiscard]] Console plain_console() const {
    const auto colour = choose_colour(parser.options()).value_or(output::ColourChoice::automatic);
    return {STDERR_FILENO, output::detect_style(STDERR_FILENO, colour, environment),
            output::Verbosity::normal, &stop};
  }

  int fail(const Error& error, const Command* command) {
    plain_console().error(error);
    if (asks_for_nagios(arguments, environment)) {
      out.write(output::nagios_failure(output::describe(error)));
      return output::nagios_code(monitor::Health::unknown);
    }
    if (asks_for_json(arguments, environment)) {
      out.write(output::error_document(command == nullptr ? "" : command->name, error));
    }
    return exit_code_of(error, stop);
  }

  int operator()(const UsageFault& fault) { return fail(fault.error, fault.command); }

  int operator()(const HelpRequest& request) {
    const auto colour = choose_colour(parser.options()).value_or(output::ColourChoice::automatic);
    out.write(
        parser.help(request.command, output::detect_style(STDOUT_FILENO, colour, environment)));
    return exit_code::kSuccess;
  }

  int operator()(const VersionRequest&) {
    out.write(fmt::format("fogis-redis {}\n", kVersion));
    if (parser.options().verbose) {
      out.write(fmt::format(
          "commit: {}\nbuild: {}\n",
          kCommit.empty() ? "unknown" : fmt::format("{} of {}", kCommit, kCommitDay), kBuild));
      for (const auto& [library, version] : kLibraries) {
        out.write(fmt::format("{}: {}\n", library, version));
      }
    }
    return exit_code::kSuccess;
  }

  int operator()(const NothingAsked&) const {
    auto console = plain_console();
    console.raw(parser.short_help(console.style()));
    return exit_code::kUsage;
  }

  int operator()(const Invocation& invocation) {
    const auto& options = parser.options();
    const auto colour = choose_colour(options);
    if (!colour) {
      return fail(colour.error(), invocation.command);
    }
    const auto verbosity = choose_verbosity(options);
    if (!verbosity) {
      return fail(verbosity.error(), invocation.command);
    }
    const auto format = choose_format(options, invocation.command->formats, environment);
    if (!format) {
      return fail(format.error(), invocation.command);
    }
    Console console(STDERR_FILENO, output::detect_style(STDERR_FILENO, *colour, environment),
                    *verbosity, &stop);
    Session session{.command = invocation.command->name,
                    .parser = parser,
                    .options = options,
                    .environment = environment,
                    .stop = stop,
                    .format = *format,
                    .style = output::detect_style(STDOUT_FILENO, *colour, environment),
                    .out = out,
                    .console = console};
    return invocation.run(session);
  }
};

}  // namespace

int run_program(const std::vector<std::string>& arguments, std::span<const Command> commands) {
  keep_standard_streams();
  auto stop = StopEvent::create();
  if (!stop) {
    Console(STDERR_FILENO, {}, output::Verbosity::normal, nullptr).error(stop.error());
    return exit_code::kInternal;
  }
  const SignalWatch watch(*stop);
  Parser parser(commands);
  Program program{.arguments = arguments, .stop = *stop, .parser = parser};
  const int code = std::visit(program, parser.parse(arguments));
  if (const auto written = program.out.finish(); !written) {
    program.plain_console().error(written.error());
    return exit_code::kInternal;
  }
  return code;
}

}  // namespace fogis::cli
