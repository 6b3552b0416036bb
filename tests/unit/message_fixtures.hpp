// What the tests of lib/message share.
#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "message/contract.hpp"
#include "message/rules.hpp"
#include "support/paths.hpp"

namespace fogis::message::test {

/// The moment at which the fixtures are fresh: 2030-06-01T12:00:00Z.
inline std::chrono::system_clock::time_point now() {
  using namespace std::chrono;
  return sys_days(year(2030) / June / 1) + 12h;
}

inline JudgeOptions options() {
  JudgeOptions options;
  options.now = now();
  return options;
}

inline std::filesystem::path fixture_directory() {
  return testing::source_dir() / "tests/fixtures/messages";
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The bytes of `valid/…` or `invalid/…`.
inline std::string fixture(const std::string& name) {
  return read_file(fixture_directory() / name);
}

inline std::vector<std::filesystem::path> fixture_files(const std::string& directory) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(fixture_directory() / directory)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// Every place of a document but the root: each leaf and all that is around it.
inline std::vector<nlohmann::json::json_pointer> places_in(const nlohmann::json& document) {
  std::set<std::string> places;
  const auto flat = document.flatten();
  for (const auto& [pointer, leaf] : flat.items()) {
    for (nlohmann::json::json_pointer place(pointer); !place.empty(); place.pop_back()) {
      places.insert(place.to_string());
    }
  }
  std::vector<nlohmann::json::json_pointer> result;
  result.reserve(places.size());
  for (const auto& place : places) {
    result.emplace_back(place);
  }
  return result;
}

/// A line for each finding, for what a failed test shows.
inline std::string summary(const Judgement& judgement) {
  std::string text;
  for (const auto& finding : judgement.findings) {
    text += std::string(finding.rule) + " " + finding.pointer + ": " + finding.found + "\n";
  }
  return text;
}

}  // namespace fogis::message::test
