// What a terminal can show: colour, symbols, width.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "checks/report.hpp"
#include "config/config.hpp"

namespace fogis::output {

/// What `--color` says; `automatic` leaves it to the environment and the terminal.
enum class ColourChoice : std::uint8_t { automatic, always, never };

/// The choice of that name (auto, always, never), or nothing.
std::optional<ColourChoice> parse_colour_choice(std::string_view text);

enum class Colour : std::uint8_t { none, bold, dim, green, yellow, red };

/// The columns that tables are made for when the output is not a terminal.
inline constexpr std::size_t kDefaultWidth = 80;

/// How text for one output is dressed. A value; plain by default.
struct Style {
  bool terminal = false;  ///< a person is looking; lines may be rewritten
  bool colour = false;
  bool unicode = false;  ///< ✓ and … can be shown
  std::size_t width = kDefaultWidth;

  /// `text` in a colour, or as it is when there are none. `text` is not escaped.
  [[nodiscard]] std::string paint(Colour colour_of_text, std::string_view text) const;
};

/// The style for `descriptor`. `--color` decides first; then NO_COLOR (not empty: off), FORCE_COLOR
/// (not empty: on, "0": off), and last whether it is a terminal that is not `TERM=dumb`. Symbols
/// follow LC_ALL, LC_CTYPE, LANG, of which the first that is not empty counts. The width is the
/// terminal's, between 40 and 120.
Style detect_style(int descriptor, ColourChoice choice, const config::Environment& environment);

/// The mark of a status: `✓ ! ✗ –`, or `ok warn FAIL skip` padded to four columns; coloured.
std::string mark(const Style& style, checks::Status status);

/// The columns that mark() takes.
std::size_t mark_width(const Style& style);

}  // namespace fogis::output
