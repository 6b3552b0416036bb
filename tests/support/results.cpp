#include "support/results.hpp"

#include <fmt/format.h>

namespace fogis::testing {

std::string describe(const Error& error) {
  auto text =
      fmt::format("error {} in phase {}: {}", name(error.kind), name(error.phase), error.message);
  const auto add = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) {
      text += fmt::format("\n  {}: {}", label, value);
    }
  };
  add("endpoint", error.endpoint);
  add("hint", error.hint);
  add("server code", error.server_code);
  add("errno", error.system_errno == 0 ? std::string() : describe_errno(error.system_errno));
  return text;
}

}  // namespace fogis::testing
