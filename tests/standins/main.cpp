// Stand-ins of the two FOGIS services, for tests: `fogis_standin calendar|processor --redis URL
// [--fault NAME] [--http-fault NAME] [--channel NAME] [--interval MS] [--claimed-redis URL]`. Says
// "ready PORT" on stdout when its HTTP answers and, for the calendar, its subscription is
// acknowledged; runs until it is killed.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "standins/role.hpp"

namespace fogis::standins {

void announce(int port) {
  std::printf("ready %d\n", port);
  std::fflush(stdout);
}

}  // namespace fogis::standins

namespace {

using fogis::standins::RoleOptions;

[[noreturn]] void refuse(const std::string& why) {
  std::fprintf(stderr, "stand-in: %s\n", why.c_str());
  std::exit(2);
}

RoleOptions read_options(int count, char** arguments) {
  RoleOptions options;
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const std::string value = arguments[i + 1];
    if (name == "--redis") {
      options.redis_url = value;
    } else if (name == "--fault") {
      options.fault = value;
    } else if (name == "--claimed-redis") {
      options.claimed_redis = value;
    } else if (name == "--http-fault") {
      options.http_fault = value;
    } else if (name == "--channel") {
      options.channel = value;
    } else if (name == "--interval") {
      options.interval = std::chrono::milliseconds(std::stoi(value));
    } else {
      refuse("no option " + std::string(name));
    }
  }
  fogis::config::CommandLine command_line;
  command_line.url = options.redis_url;
  const auto resolution =
      fogis::config::resolve(command_line, [](std::string_view) { return std::nullopt; });
  if (!resolution.errors.empty()) {
    refuse(resolution.errors.front().message);
  }
  options.settings = resolution.config.connection;
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string_view role = count > 1 ? arguments[1] : "";
  auto options = read_options(count, arguments);
  if (role == "calendar") {
    options.settings.client_name = "fogis-calendar-phonebook-sync";
    fogis::standins::play_calendar(options);
  }
  if (role == "processor") {
    options.settings.client_name = "match-list-processor";
    fogis::standins::play_processor(options);
  }
  refuse("the first argument is calendar or processor");
}
