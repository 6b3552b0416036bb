// Results in few words, and what a failure means for a check.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "checks/report.hpp"

namespace fogis::checks {

CheckResult passed(std::string summary);
CheckResult warned(std::string summary, std::string cause, std::string hint = {});
CheckResult failed(std::string summary, std::string cause, std::string hint = {});
CheckResult skipped(std::string summary, std::string cause, std::string hint = {});

/// The result of a check that could not be carried out to its end: skip when the server forbids
/// what it needs or we were interrupted; fail when the server refused or broke the protocol; error
/// when the connection was lost or something else of ours stood in the way.
CheckResult verdict_of(const Error& error);

/// Whether the failure may mean that the server is gone, so that nothing else can work either.
bool is_connection_failure(const Error& error);

/// Observations of a check that looks at many things, made into one result.
class Findings {
public:
  /// `cause` says what is wrong, `hint` what to do about it.
  void warn(std::string cause, std::string hint) { add(Status::warn, cause, hint); }
  void fail(std::string cause, std::string hint) { add(Status::fail, cause, hint); }
  /// Something that could not be looked at; decides the status only where nothing else does.
  void skip(std::string cause, std::string hint) { add(Status::skip, cause, hint); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::size_t size() const { return items_.size(); }

  /// Pass with `summary` when there are none; else the gravest status with all causes and hints,
  /// the gravest first.
  [[nodiscard]] CheckResult result(std::string summary) const;

private:
  struct Item {
    Status status;
    std::string cause;
    std::string hint;
  };
  void add(Status status, std::string& cause, std::string& hint);

  std::vector<Item> items_;
};

}  // namespace fogis::checks
