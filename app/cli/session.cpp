#include "cli/command.hpp"

#include <fmt/format.h>

#include "cli/exit_code.hpp"
#include "output/json.hpp"
#include "output/monitor.hpp"

namespace fogis::cli {

Result<void> claim_stdout(const Session& session, std::string_view what) {
  if (session.format == output::Format::text) {
    return {};
  }
  return failure(make_error(ErrorKind::usage, Phase::usage,
                            fmt::format("{} output and the {} would both go to stdout",
                                        output::name(session.format), what),
                            fmt::format("name a file for the {}, or choose text output", what)));
}

int Session::fail(const Error& error) {
  console.error(error);
  if (on_failure) {
    on_failure(error);
  }
  if (format == output::Format::nagios) {
    // A plugin tells on stdout what kept it from an answer, and has a code of its own for that.
    out.write(output::nagios_failure(output::describe(error)));
    return output::nagios_code(monitor::Health::unknown);
  }
  if (format == output::Format::json) {
    out.write(output::error_document(command, error));
  }
  return exit_code_of(error, stop);
}

}  // namespace fogis::cli
