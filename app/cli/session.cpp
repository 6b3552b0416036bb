#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "output/json.hpp"

namespace fogis::cli {

int Session::fail(const Error& error) {
  console.error(error);
  if (format == output::Format::json) {
    out.write(output::error_document(command, error));
  }
  return exit_code_of(error, stop);
}

}  // namespace fogis::cli
