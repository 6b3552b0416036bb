// A variable of the tester's own environment, changed for a while.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace fogis::testing {

/// Sets a variable (or removes it) and puts back what was there when destroyed. The environment
/// belongs to the whole process: not while other threads read it.
class EnvironmentVariable {
public:
  EnvironmentVariable(std::string name, const std::optional<std::string>& value)
      : name_(std::move(name)) {
    if (const char* const before = std::getenv(name_.c_str())) {
      before_ = before;
    }
    set(value);
  }
  ~EnvironmentVariable() { set(before_); }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

private:
  void set(const std::optional<std::string>& value) const {
    if (value) {
      ::setenv(name_.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }

  std::string name_;
  std::optional<std::string> before_;
};

}  // namespace fogis::testing
