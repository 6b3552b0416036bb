// parse_redis_url over bytes that nobody would write; the seeds are fixed.
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>
#include <vector>

#include "config/redis_url.hpp"

using fogis::config::parse_redis_url;

namespace {

/// What must hold for every input.
void check_report(const std::string& text) {
  const auto report = parse_redis_url(text);
  for (const auto* findings : {&report.faults, &report.warnings}) {
    std::size_t last = 0;
    for (const auto& finding : *findings) {
      if (finding.position < last || finding.position + finding.length > text.size() ||
          finding.code.empty() || finding.message.empty() || finding.part.empty()) {
        CAPTURE(text, finding.code, finding.position, finding.length);
        FAIL("a finding without place or words");
      }
      last = finding.position;
    }
  }
  if (report.faults.empty()) {
    const auto& url = report.url;
    const bool is_complete = url.transport != fogis::config::Transport::unix_socket ||
                             url.socket_path.value_or("").starts_with('/');
    if (!is_complete || url.scheme.empty() || url.port.value_or(1) == 0 ||
        text.find('\0') != std::string::npos) {
      CAPTURE(text);
      FAIL("a URL without faults that cannot be used");
    }
  }
}

}  // namespace

TEST_CASE("any bytes are read, and every finding lies within them") {
  std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  for (int round = 0; round < 20000; ++round) {
    std::string text(random() % 40, '\0');
    for (auto& byte : text) {
      byte = static_cast<char>(random() % 256);
    }
    check_report(text);
  }
}

TEST_CASE("any mixture of the pieces of URLs is read, and every finding lies within it") {
  const std::vector<std::string> pieces{"redis",
                                        "://",
                                        "rediss://",
                                        "unix://",
                                        ":",
                                        "/",
                                        "@",
                                        "?",
                                        "#",
                                        "&",
                                        "=",
                                        "[",
                                        "]",
                                        "::1",
                                        "%",
                                        "%4",
                                        "%40",
                                        "%00",
                                        "%25",
                                        "6379",
                                        "0",
                                        "65536",
                                        "db",
                                        "timeout",
                                        "h",
                                        ".",
                                        "..",
                                        "h.org",
                                        " ",
                                        "\n",
                                        "\xc3\xb6",
                                        "-1",
                                        "abc",
                                        "socket_timeout=5",
                                        "ssl_cert_reqs=none",
                                        "password=x"};
  std::mt19937 random(2);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  for (int round = 0; round < 40000; ++round) {
    std::string text = random() % 2 == 0 ? "redis://" : "";
    for (auto count = random() % 9; count > 0; --count) {
      text += pieces[random() % pieces.size()];
    }
    check_report(text);
  }
}

TEST_CASE("a very long URL is read in time") {
  check_report("redis://" + std::string(1UL << 20, 'a'));
  check_report("redis://" + std::string(1UL << 20, ':') + "@h");
  check_report("redis://u:" + std::string(1UL << 16, '%') + "@h");
  check_report(std::string(1UL << 20, '['));
}
