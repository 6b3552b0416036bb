#include "message/path.hpp"

#include "message/quote.hpp"

namespace fogis::message {

std::string Path::pointer() const {
  std::string text;
  append_to(text);
  return excerpt(text, kMaxPointer);
}

void Path::append_to(std::string& text) const {
  if (parent_ == nullptr) {
    return;
  }
  parent_->append_to(text);
  text += '/';
  if (is_index_) {
    text += std::to_string(index_);
    return;
  }
  // One byte beyond the bound is enough for the cut to be seen.
  for (const char character : key_.substr(0, kMaxPointer + 1)) {
    switch (character) {
      case '~':
        text += "~0";
        break;
      case '/':
        text += "~1";
        break;
      default:
        text += character;
    }
  }
}

}  // namespace fogis::message
