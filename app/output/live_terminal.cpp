#include "output/live_terminal.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string_view>
#include <utility>

namespace fogis::output {
namespace {

// Alternate screen, no cursor, no automatic line break.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr std::string_view kLeave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
// Terminals that know it show what is between both at once; others ignore it.
constexpr std::string_view kBeginFrame = "\x1b[?2026h\x1b[H";
constexpr std::string_view kEndFrame = "\x1b[J\x1b[?2026l";
constexpr std::string_view kClearToEnd = "\x1b[K";

/// What a signal handler needs to put things back; a handler can reach nothing but globals.
termios original_settings{};
std::atomic<int> taken_input{-1};
std::atomic<int> taken_output{-1};
std::atomic<int> resize_news{-1};

void on_resize(int /*signal*/) {
  const int saved = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(resize_news.load(), &one, sizeof(one));
  errno = saved;
}

void handle_resize(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGWINCH, &action, nullptr);
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
      return false;
    }
  }
  return true;
}

termios live_settings(termios settings) {
  settings.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  settings.c_iflag &= ~static_cast<tcflag_t>(IXON);
  settings.c_cc[VMIN] = 0;
  settings.c_cc[VTIME] = 0;
  settings.c_cc[VSUSP] = _POSIX_VDISABLE;
  settings.c_cc[VQUIT] = _POSIX_VDISABLE;
  return settings;
}

}  // namespace

Result<LiveTerminal> LiveTerminal::open(int input, int output) {
  UniqueFd resized(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!resized || ::tcgetattr(input, &original_settings) != 0) {
    return failure(make_system_error(ErrorKind::internal, Phase::output,
                                     "cannot read the terminal's settings", errno));
  }
  const auto settings = live_settings(original_settings);
  if (::tcsetattr(input, TCSANOW, &settings) != 0) {
    return failure(make_system_error(ErrorKind::internal, Phase::output,
                                     "cannot change the terminal's settings", errno));
  }
  return LiveTerminal(input, output, std::move(resized));
}

LiveTerminal::LiveTerminal(int input, int output, UniqueFd resized)
    : input_(input), output_(output), resized_(std::move(resized)) {
  resize_news.store(resized_.get());
  handle_resize(on_resize);
  taken_input.store(input);
  taken_output.store(output);
  write_all(output_, kEnter);
}

LiveTerminal::LiveTerminal(LiveTerminal&& other) noexcept
    : input_(other.input_), output_(other.output_), resized_(std::move(other.resized_)) {}

LiveTerminal::~LiveTerminal() {
  if (!resized_) {
    return;
  }
  handle_resize(SIG_DFL);
  restore_now();
  resize_news.store(-1);
}

void LiveTerminal::restore_now() {
  const int output = taken_output.exchange(-1);
  const int input = taken_input.exchange(-1);
  if (output >= 0) {
    write_all(output, kLeave);
  }
  if (input >= 0) {
    ::tcsetattr(input, TCSANOW, &original_settings);
  }
}

TerminalSize LiveTerminal::size() const {
  winsize size{};
  TerminalSize result;
  if (::ioctl(output_, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
    result = {.rows = size.ws_row, .columns = size.ws_col};
  }
  return result;
}

void LiveTerminal::size_seen() const {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(resized_.get(), &count, sizeof(count));
}

std::optional<char> LiveTerminal::key() const {
  char pressed = 0;
  const auto count = ::read(input_, &pressed, 1);
  if (count == 1) {
    return pressed;
  }
  // VMIN 0 makes an empty queue read as 0 as well; only a terminal that is gone gives EIO.
  return count < 0 && errno != EINTR && errno != EAGAIN ? std::optional('\x04') : std::nullopt;
}

bool LiveTerminal::draw(const std::vector<std::string>& lines) const {
  std::string frame(kBeginFrame);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    frame += lines[i];
    frame += kClearToEnd;
    if (i + 1 < lines.size()) {
      frame += "\r\n";
    }
  }
  frame += kEndFrame;
  return write_all(output_, frame);
}

}  // namespace fogis::output
