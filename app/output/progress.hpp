// A line that shows what is being waited for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "output/console.hpp"

namespace fogis::output {

/// Shows one changing line on stderr, when that is a terminal, as soon as the work has lasted over
/// a second; takes it away again before anything else is written. Thread-safe. Uses the console
/// only between doing() and hide(), so whoever writes calls hide() first.
class Progress {
public:
  /// Shows nothing on a console that is quiet or no terminal. Does not own the console.
  explicit Progress(Console& console);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Hides the line.
  ~Progress();

  /// What is done from now on, in a few words.
  void doing(std::string_view what);
  /// Clears the line until the next doing().
  void hide();

private:
  void run();
  void draw();

  Console* console_;
  bool enabled_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string what_;  ///< empty: hidden
  bool drawn_ = false;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace fogis::output
