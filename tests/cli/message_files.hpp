// Messages for the tests of validate-message.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/run_cli.hpp"
#include "message/builder.hpp"

namespace fogis::testing {

/// A new message of the shape that keeps the contract (production: but for D1), in many lines.
inline nlohmann::json new_message(message::Shape shape) {
  return nlohmann::json::parse(message::build_message(shape));
}

/// validate-message with these arguments, and `input` on stdin.
inline Outcome validate(std::vector<std::string> arguments, std::string input = {}) {
  ProgramOptions options;
  options.arguments = {"validate-message"};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.input = std::move(input);
  return run_binary(std::move(options), std::chrono::seconds(60));
}

}  // namespace fogis::testing
