// XML, judged by a reader of its own.
#pragma once

#include <string>
#include <utility>

#include "support/run_binary.hpp"

namespace fogis::testing {

/// What xmllint says of the text; empty when it is well formed.
inline std::string xml_faults(std::string xml) {
  ProgramOptions options;
  options.program = "xmllint";
  options.arguments = {"--noout", "-"};
  options.input = std::move(xml);
  return run_binary(options).error;
}

}  // namespace fogis::testing
