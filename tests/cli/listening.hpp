// An exporter of the program, and what its readers see.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/number.hpp"
#include "cli/run_cli.hpp"
#include "support/http_client.hpp"

namespace fogis::testing {

/// The program with `monitor --listen 0`, ready for requests.
class Listening {
public:
  explicit Listening(const std::string& url, std::vector<std::string> more = {},
                     const std::string& address = "0", const std::string& interval = "50ms")
      : process_(options(url, std::move(more), address, interval)) {
    const auto& said = process_.wait_for_error("/\n");
    const auto colon = said.rfind(':', said.find("/\n"));
    const auto end = said.find('/', colon);
    port_ = parse_number<std::uint16_t>(said.substr(colon + 1, end - colon - 1)).value_or(0);
    REQUIRE(port_ != 0);
  }

  [[nodiscard]] HttpAnswer get(const std::string& path) const { return http_get(port_, path); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  Process& process() { return process_; }

  /// Asks again until the answer satisfies `good`; fails the test when that takes too long.
  HttpAnswer get_until(const std::string& path,
                       const std::function<bool(const HttpAnswer&)>& good) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    auto answer = get(path);
    while (!good(answer)) {
      if (std::chrono::steady_clock::now() > end) {
        FAIL(path << " stays as it is: " << answer.head << answer.body);
      }
      answer = get(path);
    }
    return answer;
  }
  HttpAnswer get_until_contains(const std::string& path, const std::string& text) const {
    return get_until(
        path, [&text](const auto& answer) { return answer.body.find(text) != std::string::npos; });
  }

  Outcome end(int signal = SIGTERM) {
    process_.signal(signal);
    return process_.wait();
  }

private:
  static ProgramOptions options(const std::string& url, std::vector<std::string> more,
                                const std::string& address, const std::string& interval) {
    ProgramOptions options;
    options.arguments = {"monitor", "-u", url, "--listen", address, "--interval", interval};
    options.arguments.insert(options.arguments.end(), more.begin(), more.end());
    return options;
  }

  Process process_;
  std::uint16_t port_ = 0;
};

}  // namespace fogis::testing
