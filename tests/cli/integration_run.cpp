#include "cli/integration_run.hpp"

#include <catch2/catch_test_macros.hpp>
#include <utility>

#include "cli/document.hpp"
#include "cli/run_cli.hpp"

namespace fogis::testing {
namespace {

using nlohmann::json;

/// The one element of a list whose field has that value.
json only(const json& list, const char* field, const std::string& value) {
  json found;
  std::size_t count = 0;
  for (const auto& item : list) {
    if (item.at(field) == value) {
      found = item;
      ++count;
    }
  }
  INFO(list.dump(2));
  INFO(field << " " << value);
  REQUIRE(count == 1);
  return found;
}

}  // namespace

std::vector<std::string> IntegrationRun::ids() const {
  std::vector<std::string> ids;
  for (const auto& finding : document.at("findings")) {
    ids.push_back(finding.at("id"));
  }
  return ids;
}

json IntegrationRun::finding(const std::string& id) const {
  return only(document.at("findings"), "id", id);
}

json IntegrationRun::check(const std::string& id) const {
  return only(document.at("checks"), "id", id);
}

json IntegrationRun::channel(const std::string& name) const {
  return only(check("wiring").at("channels"), "channel", name);
}

std::vector<std::string> integration_arguments(const Deployment& deployment,
                                               const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"integration",       "-u",    deployment.redis_url, "--json",
                                     "--observe",         "300ms", "--timeout",          "2s",
                                     "--connect-timeout", "2s"};
  const auto add = [&](const char* option, const std::string& url) {
    if (!url.empty()) {
      arguments.emplace_back(option);
      arguments.push_back(url);
    }
  };
  add("--match-processor-url", deployment.processor_url);
  add("--calendar-service-url", deployment.calendar_url);
  for (std::size_t i = 0; i < more.size(); ++i) {
    if (more[i] == "--observe") {
      arguments[5] = more[++i];
    } else {
      arguments.push_back(more[i]);
    }
  }
  return arguments;
}

IntegrationRun read_integration(Outcome outcome) {
  INFO(outcome.error);
  auto document = require_document(outcome.output, "integration");
  return {std::move(outcome), std::move(document)};
}

IntegrationRun run_integration(const Deployment& deployment, const std::vector<std::string>& more) {
  return read_integration(run_cli(integration_arguments(deployment, more)));
}

}  // namespace fogis::testing
