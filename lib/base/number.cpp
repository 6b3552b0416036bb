#include "base/number.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <string>

namespace fogis {

template <>
std::optional<double> parse_number<double>(std::string_view text) {
  // Not std::from_chars, which would load libm at every start of the program. strtod alone takes
  // white space, a plus sign, hexadecimal, and a locale's decimal point; the program sets no
  // locale.
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != std::string_view::npos ||
      text.front() == '+') {
    return std::nullopt;
  }
  const std::string terminated(text);
  char* stopped_at = nullptr;
  errno = 0;
  const double value = std::strtod(terminated.c_str(), &stopped_at);
  if (stopped_at != terminated.c_str() + terminated.size() || errno == ERANGE) {
    return std::nullopt;
  }
  return value;
}

}  // namespace fogis
