#include "support/standin.hpp"

#include "support/paths.hpp"

namespace fogis::testing {
namespace {

ProgramOptions program(const std::string& role, const std::string& redis_url,
                       const std::vector<std::string>& options) {
  ProgramOptions program;
  program.program = standin_binary();
  program.arguments = {role, "--redis", redis_url};
  program.arguments.insert(program.arguments.end(), options.begin(), options.end());
  return program;
}

}  // namespace

Standin::Standin(const std::string& role, const std::string& redis_url,
                 const std::vector<std::string>& options)
    : process_(program(role, redis_url, options)) {
  constexpr std::string_view kReady = "ready ";
  const auto& output = process_.wait_for_output("\n");
  const auto begin = output.find(kReady) + kReady.size();
  url_ = "http://127.0.0.1:" + output.substr(begin, output.find('\n', begin) - begin);
}

}  // namespace fogis::testing
