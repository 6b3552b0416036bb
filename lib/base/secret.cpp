#include "base/secret.hpp"

namespace fogis {

std::string redact(std::string_view text, const Secret& secret) {
  std::string result;
  if (secret.empty()) {
    result = text;
    return result;
  }
  const std::string_view hidden = secret.reveal();
  std::size_t position = 0;
  while (true) {
    const auto found = text.find(hidden, position);
    result += text.substr(position, found - position);
    if (found == std::string_view::npos) {
      return result;
    }
    result += kRedacted;
    position = found + hidden.size();
  }
}

}  // namespace fogis
