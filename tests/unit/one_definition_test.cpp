// No two headers define types of the same name: the linker would keep the code of one for both, and
// not tell. (http::Response was once a client's and a server's.)
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/paths.hpp"

namespace {

namespace fs = std::filesystem;

/// The headers that define a type, by its qualified name.
using Definitions = std::map<std::string, std::vector<std::string>>;

/// The word after `keyword` at the beginning of the line of a definition, which is not indented
/// where the type belongs to a namespace; empty when it is no such line.
std::string defined_type(std::string_view line, std::string_view keyword) {
  if (!line.starts_with(keyword) || !line.ends_with('{')) {
    return {};
  }
  line.remove_prefix(keyword.size());
  if (line.starts_with("[[")) {
    line.remove_prefix(line.find("]] ") + 3);
  }
  const auto name = line.substr(0, line.find_first_of(" :{"));
  // A class within another, defined apart.
  return line.substr(name.size()).starts_with("::") ? std::string() : std::string(name);
}

void collect(const fs::path& header, Definitions& definitions) {
  constexpr std::array<std::string_view, 3> kKeywords{"enum class ", "struct ", "class "};
  constexpr std::string_view kNamespace = "namespace ";
  std::ifstream file(header);
  std::string scope;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kNamespace)) {
      scope = line.substr(kNamespace.size(), line.find(" {") - kNamespace.size()) + "::";
    }
    for (const auto keyword : kKeywords) {
      if (const auto type = defined_type(line, keyword); !type.empty()) {
        definitions[scope + type].push_back(header.filename());
      }
    }
  }
}

Definitions definitions_in(const fs::path& root) {
  Definitions definitions;
  for (const auto* const directory : {"lib", "app"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / directory)) {
      if (entry.path().extension() == ".hpp") {
        collect(entry.path(), definitions);
      }
    }
  }
  return definitions;
}

}  // namespace

TEST_CASE("no type is defined in two headers") {
  const auto definitions = definitions_in(fogis::testing::source_dir());
  CHECK(definitions.at("fogis::Error").size() == 1);
  CHECK(definitions.at("fogis::http::ServerResponse").size() == 1);
  CHECK(definitions.size() > 100);
  for (const auto& [type, headers] : definitions) {
    INFO(type << " in " << headers.front() << " and " << headers.back());
    CHECK(headers.size() == 1);
  }
}
