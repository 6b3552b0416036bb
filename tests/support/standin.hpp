// A stand-in of a FOGIS service, in a process of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/process.hpp"

namespace fogis::testing {

/// Started by its constructor, which returns when its HTTP answers and, for the calendar, its
/// subscription is acknowledged; killed when destroyed. See tests/standins/role.hpp for the faults.
class Standin {
public:
  /// \param role `calendar` or `processor`
  /// \param redis_url what the service is configured with
  /// \param options further options: {"--fault", "silent"}
  Standin(const std::string& role, const std::string& redis_url,
          const std::vector<std::string>& options = {});

  /// `http://127.0.0.1:PORT`.
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const Process& process() const { return process_; }
  /// Waits until it has said that.
  void wait_for_output(std::string_view text) { process_.wait_for_output(text); }

private:
  Process process_;
  std::string url_;
};

}  // namespace fogis::testing
