#include "checks/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/suggest.hpp"
#include "checks/suite.hpp"

namespace fogis::checks {
namespace {

constexpr std::size_t kFewestOperations = 50;
constexpr std::size_t kMostOperations = 1'000'000;
constexpr std::size_t kLargestPayload = std::size_t{64} << 20U;

bool contains(const std::vector<std::string>& ids, std::string_view id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

Error unknown_check(const std::string& id) {
  std::vector<std::string_view> known;
  for (const auto& check : suite_checks()) {
    known.push_back(check.id);
  }
  const auto meant = nearest(id, known);
  return make_error(ErrorKind::usage, Phase::usage, fmt::format("there is no check \"{}\"", id),
                    meant ? fmt::format("did you mean {}? --list shows all", *meant)
                          : std::string("--list shows all"));
}

Result<void> validate_ids(const std::vector<std::string>& ids) {
  for (const auto& id : ids) {
    const auto checks = suite_checks();
    if (std::none_of(checks.begin(), checks.end(),
                     [&](const Check& check) { return check.id == id; })) {
      return failure(unknown_check(id));
    }
  }
  return {};
}

Result<void> validate_numbers(const SuiteOptions& options) {
  const auto refuse = [](std::string message) {
    return failure(make_error(ErrorKind::usage, Phase::usage, std::move(message)));
  };
  if (options.operations < kFewestOperations || options.operations > kMostOperations) {
    return refuse(fmt::format("operations must be {} to {}, not {}", kFewestOperations,
                              kMostOperations, options.operations));
  }
  if (options.payload_size == 0 || options.payload_size > kLargestPayload) {
    return refuse(fmt::format("the payload size must be 1 to {} bytes, not {}", kLargestPayload,
                              options.payload_size));
  }
  return options.repeat == 0 ? refuse("repeat must be at least 1") : Result<void>();
}

}  // namespace

Result<std::vector<const Check*>> select_checks(const SuiteOptions& options) {
  auto valid = validate_numbers(options);
  if (valid) {
    valid = validate_ids(options.only);
  }
  if (valid) {
    valid = validate_ids(options.skip);
  }
  if (!valid) {
    return failure(std::move(valid.error()));
  }
  std::vector<const Check*> selected;
  for (const auto& check : suite_checks()) {
    const bool wanted = options.only.empty() || contains(options.only, check.id);
    if (wanted && !contains(options.skip, check.id)) {
      selected.push_back(&check);
    }
  }
  return selected;
}

}  // namespace fogis::checks
