// How many messages a second judge() takes, by shape, and how much memory it keeps.
// Usage: bench_judge_speed [SECONDS [SHAPE [MATCHES]]]
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>

#include "message/builder.hpp"
#include "message/contract.hpp"
#include "message/shape.hpp"

namespace {

namespace message = fogis::message;

/// Processor time of this process, so that other work on the machine does not count.
double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// A figure of /proc/self/status in KiB.
long memory_kib(std::string_view key) {
  std::FILE* file = std::fopen("/proc/self/status", "re");
  if (file == nullptr) {
    return 0;
  }
  char line[256];
  long value = 0;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::string_view(line).starts_with(key)) {
      value = std::strtol(line + key.size(), nullptr, 10);
    }
  }
  std::fclose(file);
  return value;
}

void measure(message::Shape shape, double seconds, std::size_t matches) {
  const auto text = message::build_message(shape, {.matches = matches});
  message::Judge judge({});
  std::size_t judged = 0;
  std::size_t errors = 0;
  const auto begin = cpu_seconds();
  double elapsed = 0;
  while (elapsed < seconds) {
    for (int i = 0; i < 200; ++i) {
      errors += judge.judge(text).errors;
    }
    judged += 200;
    elapsed = cpu_seconds() - begin;
  }
  const auto rate = static_cast<double>(judged) / elapsed;
  fmt::print("{:<18} {:>6} bytes {:>9.0f} messages/s {:>7.2f} us each {:>7.1f} MB/s {:>6} errors\n",
             message::name(shape), text.size(), rate, 1e6 / rate,
             rate * static_cast<double>(text.size()) / 1e6, errors / judged);
}

/// Faults that the quick way through the schemas cannot explain, one for each shape.
void judge_faults() {
  for (const auto shape : message::kShapes) {
    auto text = message::build_message(shape);
    const auto payload = text.find("\"timestamp\"");
    text.replace(payload, std::string_view("\"timestamp\"").size(), "\"timestomp\"");
    message::judge(text);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::strtod(argv[1], nullptr) : 1;
  const std::string_view wanted = argc > 2 ? argv[2] : "";
  const std::size_t matches = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 1;
  const auto before = memory_kib("VmRSS:");
  for (const auto shape : message::kShapes) {
    if (wanted.empty() || wanted == message::name(shape)) {
      measure(shape, seconds, matches);
    }
  }
  const auto after = memory_kib("VmRSS:");
  judge_faults();
  fmt::print("resident: {} KiB before, {} KiB after, {} KiB when faults were explained\n", before,
             after, memory_kib("VmRSS:"));
  return 0;
}
