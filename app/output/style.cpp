#include "output/style.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "base/number.hpp"

namespace fogis::output {
namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 120;

std::string value_of(const config::Environment& environment, std::string_view name) {
  return environment(name).value_or(std::string());
}

bool shows_utf8(const config::Environment& environment) {
  // POSIX: the first of these that is set and not empty decides.
  std::string locale;
  for (const auto* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    locale = value_of(environment, name);
    if (!locale.empty()) {
      break;
    }
  }
  std::transform(locale.begin(), locale.end(), locale.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

bool wants_colour(ColourChoice choice, bool terminal, const config::Environment& environment) {
  if (choice != ColourChoice::automatic) {
    return choice == ColourChoice::always;
  }
  if (!value_of(environment, "NO_COLOR").empty()) {
    return false;
  }
  if (const auto forced = value_of(environment, "FORCE_COLOR"); !forced.empty()) {
    return forced != "0";
  }
  return terminal;
}

std::size_t width_of(int descriptor, const config::Environment& environment) {
  winsize size{};
  std::size_t columns = 0;
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0) {
    columns = size.ws_col;
  }
  if (columns == 0) {
    columns = parse_number<std::size_t>(value_of(environment, "COLUMNS")).value_or(kDefaultWidth);
  }
  return std::clamp(columns, kNarrowest, kWidest);
}

std::string_view escape_sequence(Colour colour) {
  switch (colour) {
    case Colour::bold:
      return "\x1b[1m";
    case Colour::dim:
      return "\x1b[2m";
    case Colour::green:
      return "\x1b[32m";
    case Colour::yellow:
      return "\x1b[33m";
    case Colour::red:
      return "\x1b[31m";
    case Colour::none:
      break;
  }
  return {};
}

struct Mark {
  std::string_view symbol;
  std::string_view word;
  Colour colour = Colour::none;
};

Mark mark_of(checks::Status status) {
  switch (status) {
    case checks::Status::pass:
      return {"✓", "ok", Colour::green};
    case checks::Status::warn:
      return {"!", "warn", Colour::yellow};
    case checks::Status::skip:
      return {"–", "skip", Colour::dim};
    case checks::Status::fail:
    case checks::Status::error:
      break;
  }
  return {"✗", "FAIL", Colour::red};
}

}  // namespace

std::optional<ColourChoice> parse_colour_choice(std::string_view text) {
  if (text == "auto") {
    return ColourChoice::automatic;
  }
  if (text == "always") {
    return ColourChoice::always;
  }
  if (text == "never") {
    return ColourChoice::never;
  }
  return std::nullopt;
}

std::string Style::paint(Colour colour_of_text, std::string_view text) const {
  if (!colour || colour_of_text == Colour::none || text.empty()) {
    return std::string(text);
  }
  return fmt::format("{}{}\x1b[0m", escape_sequence(colour_of_text), text);
}

Style detect_style(int descriptor, ColourChoice choice, const config::Environment& environment) {
  Style style;
  style.terminal = ::isatty(descriptor) == 1 && value_of(environment, "TERM") != "dumb";
  style.colour = wants_colour(choice, style.terminal, environment);
  style.unicode = shows_utf8(environment);
  if (::isatty(descriptor) == 1) {
    style.width = width_of(descriptor, environment);
  }
  return style;
}

std::string mark(const Style& style, checks::Status status) {
  const auto chosen = mark_of(status);
  return style.paint(chosen.colour, style.unicode ? std::string(chosen.symbol)
                                                  : fmt::format("{:<4}", chosen.word));
}

std::size_t mark_width(const Style& style) {
  return style.unicode ? 1 : 4;
}

}  // namespace fogis::output
