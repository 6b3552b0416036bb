// Runs `fogis-redis integration` as tests want it: impatient, as JSON, with its findings at hand.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace fogis::testing {

/// Where a run looks.
struct Deployment {
  std::string redis_url;
  std::string processor_url = {};  ///< empty: not given
  std::string calendar_url = {};
};

/// What a run found.
struct IntegrationRun {
  Outcome outcome;
  nlohmann::json document;

  /// The ids of its findings.
  [[nodiscard]] std::vector<std::string> ids() const;
  /// The finding of that id; fails the test when there is not exactly one.
  [[nodiscard]] nlohmann::json finding(const std::string& id) const;
  /// A check; fails the test when there is none.
  [[nodiscard]] nlohmann::json check(const std::string& id) const;
  /// The verdict on a channel of `wiring`.
  [[nodiscard]] nlohmann::json channel(const std::string& name) const;
};

/// The arguments of a quick run: 300 ms of observation, two seconds for an operation.
std::vector<std::string> integration_arguments(const Deployment& deployment,
                                               const std::vector<std::string>& more = {});

/// Runs it with --json, and holds the document against its schema.
IntegrationRun run_integration(const Deployment& deployment,
                               const std::vector<std::string>& more = {});

/// The document of a run that has ended.
IntegrationRun read_integration(Outcome outcome);

}  // namespace fogis::testing
