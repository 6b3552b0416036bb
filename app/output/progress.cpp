#include "output/progress.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace fogis::output {
namespace {

constexpr auto kPatience = std::chrono::seconds(1);
constexpr auto kRefresh = std::chrono::milliseconds(200);
constexpr std::string_view kClearLine = "\r\x1b[K";

}  // namespace

Progress::Progress(Console& console)
    : console_(&console), enabled_(console.style().terminal && !console.quiet()) {
  if (enabled_) {
    thread_ = std::thread([this] { run(); });
  }
}

Progress::~Progress() {
  if (!enabled_) {
    return;
  }
  hide();
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Progress::doing(std::string_view what) {
  const std::lock_guard lock(mutex_);
  what_ = escape_for_terminal(what);
}

void Progress::hide() {
  const std::lock_guard lock(mutex_);
  what_.clear();
  if (drawn_) {
    console_->raw(kClearLine);
    drawn_ = false;
  }
}

void Progress::run() {
  std::unique_lock lock(mutex_);
  auto next = started_ + kPatience;
  while (!changed_.wait_until(lock, next, [this] { return ended_; })) {
    draw();
    next = std::chrono::steady_clock::now() + kRefresh;
  }
}

void Progress::draw() {
  if (what_.empty()) {
    return;
  }
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started_);
  const auto& style = console_->style();
  const auto line = truncate_text(fmt::format("{} ({} s)", what_, seconds.count()), style.width - 1,
                                  !style.unicode);
  console_->raw(fmt::format("{}{}", kClearLine, style.paint(Colour::dim, line)));
  drawn_ = true;
}

}  // namespace fogis::output
