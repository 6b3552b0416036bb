// A report beside the one on stdout, in a file.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/stop_event.hpp"

namespace fogis::output {

/// A file that is replaced as a whole: readers see the old content or the new one, never half of
/// it. A device or a pipe of that name is written to as it is.
class ReportFile {
public:
  /// Looks whether it can be written, before the work whose result it is to hold. Makes nothing.
  /// Errors (usage): no name, a directory, a directory that is missing or may not be written to.
  static Result<ReportFile> prepare(const std::string& path);

  /// Writes the content: to a new file beside it, which then takes the name. A pipe's reader that
  /// stands still is waited for, but not beyond a second after `stop` (may be null) was requested.
  /// Errors: output, also when a pipe has no reader; nothing is left behind.
  [[nodiscard]] Result<void> write(std::string_view content, const StopEvent* stop) const;

  [[nodiscard]] const std::string& path() const { return path_; }

private:
  ReportFile(std::string path, bool replace) : path_(std::move(path)), replace_(replace) {}

  std::string path_;
  bool replace_;  ///< a regular file, or none yet
};

}  // namespace fogis::output
