// Every #include of lib/ and app/ against the table in docs/architecture.md.
#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_container_properties.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/paths.hpp"

namespace {

namespace fs = std::filesystem;

struct Rule {
  std::set<std::string> directories;  ///< that may be included; `lib/*` for all of lib
  std::set<std::string> third_party;  ///< libraries
};
using Rules = std::map<std::string, Rule>;  ///< by directory

struct Include {
  std::string header;
  bool quoted = false;
};

/// How the headers of a library begin.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kThirdParty{{
    {"fmt/", "fmt"},
    {"tl/", "tl-expected"},
    {"hiredis/", "hiredis"},
    {"openssl/", "openssl"},
    {"ares.h", "c-ares"},
    {"nlohmann/", "nlohmann_json"},
    {"valijson/", "valijson"},
    {"httplib.h", "cpp-httplib"},
    {"CLI/", "CLI11"},
}};

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The words between backticks.
std::vector<std::string> code_words(std::string_view cell) {
  std::vector<std::string> words;
  while (true) {
    const auto begin = cell.find('`');
    const auto end = begin == std::string_view::npos ? begin : cell.find('`', begin + 1);
    if (end == std::string_view::npos) {
      return words;
    }
    words.emplace_back(cell.substr(begin + 1, end - begin - 1));
    cell.remove_prefix(end + 1);
  }
}

std::vector<std::string> split(const std::string& line, char delimiter) {
  std::vector<std::string> parts;
  std::istringstream stream(line);
  for (std::string part; std::getline(stream, part, delimiter);) {
    parts.push_back(part);
  }
  return parts;
}

/// The table whose heading is `| directory | may include | third party |`.
Rules parse_rules(const std::string& document) {
  Rules rules;
  bool in_table = false;
  for (const auto& line : split(document, '\n')) {
    if (!in_table) {
      in_table = line == "| directory | may include | third party |";
      continue;
    }
    const auto cells = split(line, '|');
    if (cells.size() < 4) {
      break;
    }
    const auto directory = code_words(cells[1]);
    if (directory.empty()) {
      continue;  // the line under the heading
    }
    const auto directories = code_words(cells[2]);
    const auto third_party = code_words(cells[3]);
    rules[directory.front()] = {{directories.begin(), directories.end()},
                                {third_party.begin(), third_party.end()}};
  }
  return rules;
}

std::optional<Include> parse_include(std::string_view line) {
  const auto skip_blanks = [&] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  };
  skip_blanks();
  if (!line.starts_with('#')) {
    return std::nullopt;
  }
  line.remove_prefix(1);
  skip_blanks();
  if (!line.starts_with("include")) {
    return std::nullopt;
  }
  line.remove_prefix(7);
  skip_blanks();
  const bool quoted = line.starts_with('"');
  if (!quoted && !line.starts_with('<')) {
    return std::nullopt;
  }
  line.remove_prefix(1);
  const auto end = line.find(quoted ? '"' : '>');
  return Include{std::string(line.substr(0, end)), quoted};
}

/// The directory with the longest name that `path` lies in; empty when there is none.
std::string directory_of(const std::string& path, const Rules& rules) {
  std::string longest;
  for (const auto& [directory, rule] : rules) {
    if (path.starts_with(directory + "/") && directory.size() > longest.size()) {
      longest = directory;
    }
  }
  return longest;
}

/// The directory of a project header, which is named by its path from lib/ or app/. A header
/// without a directory stands for itself.
std::string target_of(const std::string& header, const Rules& rules) {
  if (header.find('/') == std::string::npos) {
    return header;
  }
  const auto in_lib = directory_of("lib/" + header, rules);
  const auto in_app = directory_of("app/" + header, rules);
  return !in_lib.empty() ? in_lib : in_app != "app" ? in_app : std::string();
}

bool is_system_header(const std::string& header) {
  const auto dot = header.find('.');
  return dot == std::string::npos || header.substr(dot) == ".h";
}

bool is_allowed(const Include& include, const std::string& directory, const Rules& rules) {
  const auto& rule = rules.at(directory);
  if (include.quoted) {
    const auto target = target_of(include.header, rules);
    return target == directory || rule.directories.contains(target) ||
           (target.starts_with("lib/") && rule.directories.contains("lib/*"));
  }
  const auto* const library =
      std::find_if(kThirdParty.begin(), kThirdParty.end(),
                   [&](const auto& known) { return include.header.starts_with(known.first); });
  if (library != kThirdParty.end()) {
    return rule.third_party.contains(std::string(library->second));
  }
  return include.header != "iostream" && is_system_header(include.header);
}

/// What is forbidden in the file `path`, each as "path: header".
std::vector<std::string> violations(const std::string& path, const std::string& content,
                                    const Rules& rules) {
  const auto directory = directory_of(path, rules);
  if (directory.empty()) {
    return {path + ": a directory that the table does not name"};
  }
  std::vector<std::string> found;
  for (const auto& line : split(content, '\n')) {
    const auto include = parse_include(line);
    if (include && !is_allowed(*include, directory, rules)) {
      found.push_back(path + ": " + include->header);
    }
  }
  return found;
}

Rules documented_rules() {
  return parse_rules(read(fogis::testing::source_dir() / "docs" / "architecture.md"));
}

std::vector<std::string> one(std::string text) {
  return {std::move(text)};
}

}  // namespace

TEST_CASE("every include of lib and app keeps to the documented rule") {
  const auto rules = documented_rules();
  const fs::path& root = fogis::testing::source_dir();
  std::size_t files = 0;
  std::vector<std::string> found;
  for (const auto* top : {"lib", "app"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") {
        continue;
      }
      ++files;
      const auto of_file =
          violations(entry.path().lexically_relative(root).string(), read(entry.path()), rules);
      found.insert(found.end(), of_file.begin(), of_file.end());
    }
  }
  CHECK(files > 30);
  CHECK_THAT(found, Catch::Matchers::IsEmpty());
}

TEST_CASE("the documented table names every directory of lib and app, and no other") {
  const auto rules = documented_rules();
  CHECK(rules.size() >= 13);
  const fs::path& root = fogis::testing::source_dir();
  for (const auto& [directory, rule] : rules) {
    CAPTURE(directory);
    CHECK(fs::is_directory(root / directory));
  }
  for (const auto* top : {"lib", "app"}) {
    for (const auto& entry : fs::directory_iterator(root / top)) {
      if (entry.is_directory()) {
        CAPTURE(entry.path());
        CHECK(rules.contains(entry.path().lexically_relative(root).string()));
      }
    }
  }
}

TEST_CASE("the documented rule has no cycle between directories of lib") {
  const auto rules = documented_rules();
  // Directories whose dependencies are all placed already are placed, until none is left.
  std::set<std::string> placed;
  for (std::size_t round = 0; round < rules.size(); ++round) {
    for (const auto& [directory, rule] : rules) {
      if (std::includes(placed.begin(), placed.end(), rule.directories.begin(),
                        rule.directories.end())) {
        placed.insert(directory);
      }
    }
  }
  for (const auto& [directory, rule] : rules) {
    CAPTURE(directory);
    CHECK((!directory.starts_with("lib/") || placed.contains(directory)));
  }
}

TEST_CASE("a forbidden include is found") {
  const auto rules = documented_rules();
  CHECK(violations("lib/base/a.cpp", "#include \"config/config.hpp\"\n", rules) ==
        one("lib/base/a.cpp: config/config.hpp"));
  CHECK(violations("lib/config/a.cpp", "  #  include <hiredis/hiredis.h>\n", rules) ==
        one("lib/config/a.cpp: hiredis/hiredis.h"));
  CHECK(violations("lib/checks/integration/a.cpp", "#include <openssl/ssl.h>", rules) ==
        one("lib/checks/integration/a.cpp: openssl/ssl.h"));
  CHECK(violations("lib/redis/a.cpp", "#include <CLI/CLI.hpp>", rules) ==
        one("lib/redis/a.cpp: CLI/CLI.hpp"));
  CHECK(violations("lib/redis/a.cpp", "#include \"cli/options.hpp\"", rules) ==
        one("lib/redis/a.cpp: cli/options.hpp"));
  CHECK(violations("app/output/a.cpp", "#include \"commands/ping.hpp\"", rules) ==
        one("app/output/a.cpp: commands/ping.hpp"));
  CHECK(violations("app/cli/a.cpp", "#include \"commands/ping.hpp\"", rules) ==
        one("app/cli/a.cpp: commands/ping.hpp"));
  CHECK(violations("lib/base/a.cpp", "#include <iostream>", rules) ==
        one("lib/base/a.cpp: iostream"));
  CHECK(violations("lib/checks/a.cpp", "#include <httplib.h>", rules) ==
        one("lib/checks/a.cpp: httplib.h"));
  CHECK(violations("lib/redis/a.cpp", "#include <openssl/ssl.h>", rules) ==
        one("lib/redis/a.cpp: openssl/ssl.h"));
  CHECK(violations("lib/http/a.cpp", "#include <ares.h>", rules) == one("lib/http/a.cpp: ares.h"));
  CHECK(violations("lib/base/a.cpp", "#include <boost/asio.hpp>", rules) ==
        one("lib/base/a.cpp: boost/asio.hpp"));
  CHECK(violations("lib/base/a.cpp", "#include \"../config/config.hpp\"", rules) ==
        one("lib/base/a.cpp: ../config/config.hpp"));
  CHECK(violations("lib/base/a.cpp", "#include \"error.hpp\"", rules) ==
        one("lib/base/a.cpp: error.hpp"));
  CHECK(violations("lib/new/a.cpp", "", rules).size() == 1);
}

TEST_CASE("an allowed include is not reported") {
  const auto rules = documented_rules();
  CHECK(violations("lib/redis/a.cpp",
                   "#include \"redis/reply.hpp\"\n#include <vector>\n#include <sys/socket.h>\n"
                   "#include <hiredis/hiredis.h>\n#include <fmt/format.h>\n"
                   "#include \"config/config.hpp\"\n#include \"base/error.hpp\"\n"
                   "// #include <iostream>\nint include;\n#define X <iostream>\n",
                   rules)
            .empty());
  CHECK(violations("app/commands/a.cpp",
                   "#include \"cli/options.hpp\"\n#include \"output/json.hpp\"\n"
                   "#include \"checks/suite.hpp\"\n#include \"fogis_version.hpp\"\n",
                   rules)
            .empty());
  CHECK(violations("app/main.cpp", "#include \"commands/ping.hpp\"", rules).empty());
}
