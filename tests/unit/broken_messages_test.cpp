#include "checks/suite/broken_messages.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string_view>

#include "message/contract.hpp"
#include "support/results.hpp"

namespace fogis::checks {
namespace {

TEST_CASE("every broken message has the fault that it is made for") {
  for (const auto& recipe : broken_messages()) {
    INFO(recipe.rule);
    const auto text = testing::require_ok(make_broken(recipe));
    message::JudgeOptions options;
    options.reader = recipe.reader;
    const auto judgement = message::judge(text, options);
    CHECK(std::any_of(judgement.findings.begin(), judgement.findings.end(),
                      [&](const auto& finding) { return finding.rule == recipe.rule; }));
  }
}

TEST_CASE("the faults known from the field are all there") {
  std::set<std::string_view> references;
  for (const auto& recipe : broken_messages()) {
    message::JudgeOptions options;
    options.reader = recipe.reader;
    for (const auto& finding : message::judge(*make_broken(recipe), options).findings) {
      references.insert(finding.ref);
    }
  }
  for (const auto* const known : {"D1", "D2", "D4", "D5", "D6", "D7"}) {
    INFO(known);
    CHECK(references.contains(known));
  }
}

TEST_CASE("a patch that does not fit is an error, not an exception") {
  const BrokenMessage recipe{"x", message::Shape::system_alert, message::Reader::contract,
                             R"([{"op": "remove", "path": "/no/such/field"}])"};
  testing::require_error(make_broken(recipe), ErrorKind::internal);
}

}  // namespace
}  // namespace fogis::checks
