#include "commands/channels_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace fogis::commands {
namespace {

constexpr std::size_t kMostChannels = 10'000;
constexpr std::size_t kLongestName = 512;

std::string_view trim(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

Error refuse(const std::string& path, std::string_view fault) {
  return make_error(ErrorKind::configuration, Phase::config,
                    fmt::format("--channels \"{}\": {}", path, fault),
                    "give a text file with a channel on each line");
}

}  // namespace

Result<std::vector<std::string>> read_channels_file(const std::string& path) {
  std::error_code fault;
  if (std::filesystem::is_directory(path, fault)) {
    return failure(refuse(path, "it is a folder"));
  }
  errno = 0;
  std::ifstream file(path);
  if (!file) {
    return failure(refuse(path, errno == 0 ? "it cannot be read" : describe_errno(errno)));
  }
  std::vector<std::string> channels;
  std::string line;
  while (std::getline(file, line)) {
    const auto name = trim(line);
    if (name.empty() || name.starts_with('#')) {
      continue;
    }
    if (name.size() > kLongestName) {
      return failure(refuse(path, fmt::format("a name has more than {} bytes", kLongestName)));
    }
    if (channels.size() == kMostChannels) {
      return failure(refuse(path, fmt::format("it has more than {} names", kMostChannels)));
    }
    channels.emplace_back(name);
  }
  if (file.bad()) {
    return failure(refuse(path, "it cannot be read to its end"));
  }
  return channels;
}

}  // namespace fogis::commands
