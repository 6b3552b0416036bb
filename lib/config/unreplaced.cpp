#include "config/unreplaced.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace fogis::config {
namespace {

struct Marks {
  std::string_view open;
  std::string_view close;
  std::string_view also;     ///< bytes of a name beside letters, digits and underscores
  std::size_t shortest = 1;  ///< name
};

constexpr std::array<Marks, 4> kMarks{
    {{"$(", ")", "."}, {"${", "}", ".:-?"}, {"{{", "}}", ". $-"}, {"%", "%", "", 4}}};

bool is_capital(char byte) {
  return (byte >= 'A' && byte <= 'Z') || byte == '_';
}

bool is_hexadecimal(char byte) {
  return std::isxdigit(static_cast<unsigned char>(byte)) != 0;
}

/// `%40ss%` begins with an encoded byte, and so may `%DB`; a name in capitals hardly does.
bool may_be_encoded(std::string_view name) {
  return is_hexadecimal(name[0]) && is_hexadecimal(name[1]) &&
         !std::all_of(name.begin(), name.end(), is_capital);
}

bool is_name(std::string_view text, const Marks& marks) {
  return text.size() >= marks.shortest && !(marks.open == "%" && may_be_encoded(text)) &&
         std::all_of(text.begin(), text.end(), [&](char byte) {
           const auto value = static_cast<unsigned char>(byte);
           return (value < 0x80 && std::isalnum(value) != 0) || byte == '_' ||
                  marks.also.find(byte) != std::string_view::npos;
         });
}

}  // namespace

std::size_t unreplaced_variable(std::string_view text) {
  for (const auto& marks : kMarks) {
    const auto end = text.starts_with(marks.open) ? text.find(marks.close, marks.open.size())
                                                  : std::string_view::npos;
    if (end != std::string_view::npos &&
        is_name(text.substr(marks.open.size(), end - marks.open.size()), marks)) {
      return end + marks.close.size();
    }
  }
  return 0;
}

bool has_unreplaced_variable(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (unreplaced_variable(text.substr(i)) != 0) {
      return true;
    }
  }
  return false;
}

}  // namespace fogis::config
