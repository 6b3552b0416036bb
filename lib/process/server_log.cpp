#include "process/server_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string_view>

#include "base/unique_fd.hpp"

namespace fogis::process {
namespace {

constexpr std::size_t kLines = 3;

/// The last 2 KiB of a file.
std::string read_tail(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 2048> tail{};
  if (!file) {
    return {};
  }
  if (::lseek(file.get(), -static_cast<off_t>(tail.size()), SEEK_END) < 0) {
    ::lseek(file.get(), 0, SEEK_SET);  // A shorter file.
  }
  const auto size = ::read(file.get(), tail.data(), tail.size());
  return {tail.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

/// Redis: pid:role day month year time level text, where the level is one of . - * #
std::string_view without_prefix(std::string_view line) {
  constexpr std::string_view kDigits = "0123456789";
  const auto colon = line.find_first_not_of(kDigits);
  if (colon == 0 || colon == std::string_view::npos || line[colon] != ':') {
    return line;
  }
  for (const std::string_view level : {" # ", " * ", " - ", " . "}) {
    const auto found = line.find(level);
    if (found != std::string_view::npos) {
      return line.substr(found + level.size());
    }
  }
  return line;
}

}  // namespace

std::string last_words(const std::string& path) {
  const auto text = read_tail(path);
  std::string words;
  std::string_view rest = text;
  for (std::size_t lines = 0; lines < kLines && !rest.empty();) {
    const auto end = rest.rfind('\n');
    const auto line = without_prefix(end == std::string_view::npos ? rest : rest.substr(end + 1));
    rest = rest.substr(0, end == std::string_view::npos ? 0 : end);
    if (!line.empty()) {
      words.insert(0, words.empty() ? std::string(line) : std::string(line) + "; ");
      ++lines;
    }
  }
  return words;
}

}  // namespace fogis::process
