// What the steps of resolve() share: what is given, and the result they add to.
#pragma once

#include <string>
#include <utility>

#include "config/config.hpp"
#include "config/redis_url.hpp"
#include "config/sourced.hpp"

namespace fogis::config {

struct ResolveContext {
  const CommandLine& options;
  const Environment& environment;
  Resolution& result;
  RedisUrl url;  ///< of the URL in force; empty when it is faulty or there is none

  /// Shows `shown` for the setting; its value if `shown` is left out.
  void entry(std::string name, const Sourced& value) const {
    entry(std::move(name), value, value.value);
  }
  void entry(std::string name, const Sourced& value, std::string shown) const {
    result.entries.push_back({std::move(name), std::move(shown), value.source, value.origin});
  }
  void warn(std::string code, std::string message, std::string hint = {}) const {
    result.warnings.push_back({std::move(code), std::move(message), std::move(hint)});
  }
  /// A variable that something else takes the place of, so that an option can fix it.
  void warn_of_overridden(const std::string& variable, const std::string& fault,
                          std::string hint) const {
    warn("bad-variable-overridden", variable + " is not used, but is wrong: " + fault,
         std::move(hint));
  }
  void error(Error error) const { result.errors.push_back(std::move(error)); }
};

}  // namespace fogis::config
