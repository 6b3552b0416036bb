// Writing to stdout and stderr so that nothing is lost silently and nothing hangs.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/stop_event.hpp"

namespace fogis::output {

/// Writes text to a descriptor that it does not own. A reader that went away (`| head`) ends the
/// writing quietly; any other failure is kept until finish(). A reader that has stopped reading is
/// waited for, but not beyond a second after a stop was requested. Not thread-safe.
class Writer {
public:
  /// `stop` may be null and must outlive the writer.
  Writer(int descriptor, const StopEvent* stop) : descriptor_(descriptor), stop_(stop) {}

  /// Writes now; nothing is held back.
  void write(std::string_view text);

  /// Whether nobody reads any more: work that only produces output may end.
  [[nodiscard]] bool closed() const { return closed_; }

  /// Errors: output, for the first write that failed for another reason than a closed pipe.
  [[nodiscard]] Result<void> finish() const;

private:
  bool wait_until_writable();

  int descriptor_;
  const StopEvent* stop_;
  bool closed_ = false;
  int failure_ = 0;  ///< errno of the first failed write
};

}  // namespace fogis::output
