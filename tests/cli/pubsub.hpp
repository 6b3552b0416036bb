// What the tests of publish and subscribe share.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "support/process.hpp"
#include "support/redis_server.hpp"
#include "support/run_binary.hpp"

namespace fogis::testing {

/// Has the server carry out a command whose answer does not matter, as long as it is no error.
inline void tell(const RedisServer& server, const std::vector<std::string>& command) {
  REQUIRE_FALSE(server.raw(command).starts_with("-"));
}

/// fogis-redis publish with these arguments, run to its end with `input` on stdin.
inline Outcome publish(const std::string& url, const std::vector<std::string>& arguments,
                       const std::string& input = {}) {
  ProgramOptions options;
  options.arguments = {"publish", "-u", url};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.input = input;
  return run_binary(options, std::chrono::seconds(60));
}

/// The options of a running fogis-redis subscribe.
inline ProgramOptions subscribing(const std::string& url,
                                  const std::vector<std::string>& arguments) {
  ProgramOptions options;
  options.arguments = {"subscribe", "-u", url};
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  return options;
}

/// A running fogis-redis subscribe whose subscriptions stand.
inline Process subscribe(const std::string& url, const std::vector<std::string>& arguments) {
  Process process(subscribing(url, arguments));
  process.wait_for_error("subscribed to ");
  return process;
}

/// The lines of a text, without their line breaks.
inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

/// `first` to `last`, a number a line.
inline std::string numbered_lines(std::uint64_t first, std::uint64_t last) {
  std::string lines;
  for (auto number = first; number <= last; ++number) {
    lines += std::to_string(number) + "\n";
  }
  return lines;
}

}  // namespace fogis::testing
