#include "checks/suite.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "support/results.hpp"

namespace fogis::checks {
namespace {

using testing::require_error;
using testing::require_ok;

std::vector<std::string_view> ids(const SuiteOptions& options) {
  std::vector<std::string_view> selected;
  for (const auto* const check : require_ok(select_checks(options))) {
    selected.push_back(check->id);
  }
  return selected;
}

TEST_CASE("the table holds sixteen checks with texts that fit") {
  std::set<std::string_view> seen;
  for (const auto& check : suite_checks()) {
    INFO(check.id);
    seen.insert(check.id);
    CHECK(text_width(check.title) <= 40);
    CHECK(check.purpose.ends_with('.'));
    CHECK(check.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
    CHECK(check.run != nullptr);
  }
  CHECK(seen.size() == 16);
  CHECK(suite_checks().front().id == "connection");
}

TEST_CASE("without a selection every check runs") {
  CHECK(ids({}).size() == suite_checks().size());
}

TEST_CASE("only and skip select in the table's order") {
  SuiteOptions options;
  options.only = {"acl", "pub-sub", "connection"};
  CHECK(ids(options) == std::vector<std::string_view>{"connection", "pub-sub", "acl"});
  options.skip = {"pub-sub"};
  CHECK(ids(options) == std::vector<std::string_view>{"connection", "acl"});
  options.skip = {"connection", "pub-sub", "acl"};
  CHECK(ids(options).empty());
}

TEST_CASE("an unknown id is a usage error that names the nearest") {
  SuiteOptions options;
  options.only = {"pubsub"};
  auto error = require_error(select_checks(options), ErrorKind::usage);
  CHECK(error.message == "unknown check \"pubsub\"");
  CHECK(error.hint.find("pub-sub") != std::string::npos);
  options = {};
  options.skip = {"completely-different"};
  error = require_error(select_checks(options), ErrorKind::usage);
  CHECK(error.hint == "--list shows all");
}

TEST_CASE("numbers out of range are usage errors") {
  const auto refused = [](auto change) {
    SuiteOptions options;
    change(options);
    return require_error(select_checks(options), ErrorKind::usage).message;
  };
  CHECK(refused([](auto& options) { options.operations = 49; }) ==
        "operations must be 50 to 1000000, not 49");
  CHECK(refused([](auto& options) { options.operations = 1'000'001; }).ends_with("1000001"));
  CHECK(refused([](auto& options) { options.payload_size = 0; }).starts_with("the payload size"));
  CHECK(refused([](auto& options) {
          options.payload_size = (64U << 20U) + 1;
        }).starts_with("the payload size"));
  CHECK(refused([](auto& options) { options.repeat = 0; }) == "repeat must be at least 1");
}

}  // namespace
}  // namespace fogis::checks
