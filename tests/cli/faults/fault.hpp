// A fault: what a peer, a name or the machine does wrong, and what the program must make of it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/fake_server.hpp"
#include "support/process.hpp"
#include "support/redis_server.hpp"

namespace fogis::testing::faults {

/// One run of the program against a fault, ready to start.
struct Trial {
  std::vector<std::string> command = {"ping"};
  std::vector<std::string> options;  ///< where to connect, and what else the fault needs
  ProgramOptions program;            ///< may hold a wrapper; command and options are added to it
  std::shared_ptr<void> world;       ///< the servers and files that the run needs
  /// Acts while the program runs: waits for an event, then does what the fault is about.
  std::function<void(Process&)> meanwhile;
};

/// A fault and everything that its run must show.
struct Fault {
  std::string id;         ///< stable, kebab-case
  std::string happening;  ///< in words, for docs/faults.md
  std::string outcome;    ///< see outcome_of()
  int exit_code = 0;
  std::string hint = {};                    ///< a part of what a person reads; may be empty
  std::chrono::milliseconds limit = {};     ///< --timeout and --connect-timeout
  bool lasts_to_the_limit = false;          ///< nothing but the limit ends it
  std::chrono::milliseconds at_least = {};  ///< what the run must take, below the limit
  std::function<Trial()> stage = nullptr;   ///< may skip the test where the system cannot do it
};

/// Enough for whatever ends by itself, on a machine under load as well.
constexpr std::chrono::milliseconds kAmple{10'000};
/// For what only the limit ends.
constexpr std::chrono::milliseconds kShort{300};

struct Chapter {
  std::string title;
  std::vector<Fault> faults;
};

/// The list, a file for each chapter.
Chapter unreachable_addresses();
Chapter names();
Chapter socket_paths();
Chapter strange_peers();
Chapter encryption();
Chapter refusing_servers();
Chapter lost_servers();
Chapter interruptions();
Chapter own_machine();
const std::vector<Chapter>& all_chapters();

/// What a run said and how long it took.
struct Observation {
  std::string outcome;
  int exit_code = -1;
  std::string told;  ///< all that a person reads: stderr, and the causes and hints of checks
  std::chrono::nanoseconds elapsed{};  ///< from the program's start to its end
};

/// Stages the fault, runs the program with --json, and looks that no process and no temporary file
/// of it is left. Validates its document by its schema.
Observation run(const Fault& fault);

/// The same fault as the default suite meets it: its connection check, and one that needs it.
Observation run_suite(const Fault& fault);

/// A ping of this URL.
Trial ping(const std::string& url);
/// A ping of a server that plays this script.
std::function<Trial()> scripted(FakeServer::Script script);
/// A ping of a real server, over its unix socket, after something has been done to it.
std::function<Trial()> with_server(const RedisServer::Options& options,
                                   std::function<void(RedisServer&)> prepare = nullptr);

/// Adds values after those of the trial: Trial with(Trial, {"--retries", "1"}).
Trial with(Trial trial, const std::vector<std::string>& more);

}  // namespace fogis::testing::faults
