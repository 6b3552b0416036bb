#include "redis/command.hpp"

#include <array>
#include <charconv>
#include <cstddef>

namespace fogis::redis {
namespace {

void append_length(std::string& buffer, char type, std::size_t length) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), length).ptr;
  buffer += type;
  buffer.append(digits.data(), end);
  buffer += "\r\n";
}

}  // namespace

void append_command(std::string& buffer, Arguments arguments) {
  append_length(buffer, '*', arguments.size());
  for (const auto argument : arguments) {
    append_length(buffer, '$', argument.size());
    buffer += argument;
    buffer += "\r\n";
  }
}

void Pipeline::add(Arguments arguments) {
  append_command(bytes_, arguments);
  ++size_;
}

void Pipeline::clear() {
  bytes_.clear();
  size_ = 0;
}

}  // namespace fogis::redis
