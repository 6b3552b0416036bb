#include "commands/channels_file.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "base/input.hpp"

namespace fogis::commands {
namespace {

constexpr std::size_t kMostChannels = 10'000;
constexpr std::size_t kLongestName = 512;
/// A comment may be long; a file without line breaks is none of ours.
constexpr std::size_t kLongestLine = std::size_t{64} * 1024;

std::string_view trim(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  const auto first = line.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return line.substr(first, line.find_last_not_of(kBlanks) - first + 1);
}

Error refuse(std::string_view fault) {
  return make_error(ErrorKind::configuration, Phase::config, fmt::format("--channels: {}", fault),
                    "give a text file with a channel on each line");
}

/// What the reading of the file failed with, as a fault of the option.
Error refuse(const Error& error) {
  return error.kind == ErrorKind::interrupted ? error : refuse(error.message);
}

}  // namespace

Result<std::vector<std::string>> read_channels_file(const std::string& path, const StopEvent& stop,
                                                    std::chrono::nanoseconds patience) {
  auto input = Input::open(path, stop, {.largest = kLongestLine, .patience = patience});
  if (!input) {
    return failure(refuse(input.error()));
  }
  std::vector<std::string> channels;
  while (true) {
    const auto line = input->next();
    if (!line) {
      return failure(refuse(line.error()));
    }
    if (!*line) {
      return channels;
    }
    const auto name = trim((*line)->text);
    if (name.empty() || name.starts_with('#')) {
      continue;
    }
    if (name.size() > kLongestName) {
      return failure(refuse(fmt::format("\"{}\", line {}: a name has more than {} bytes", path,
                                        (*line)->number, kLongestName)));
    }
    if (channels.size() == kMostChannels) {
      return failure(refuse(fmt::format("\"{}\" has more than {} names", path, kMostChannels)));
    }
    channels.emplace_back(name);
  }
}

}  // namespace fogis::commands
