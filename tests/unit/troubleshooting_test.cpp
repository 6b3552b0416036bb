// Every error text in the sources has its entry in docs/troubleshooting.md, and every entry its
// text.
//
// The texts are the literals that stand in the message argument of whatever makes an Error:
// make_error, make_system_error and the functions that pass a message on to them, which are found
// by their parameters; of a finding of test-suite; and the beginnings of the server's replies that
// are known. In the page a text is between backticks, with `…` where the program puts a value.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cctype>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/paths.hpp"
#include "support/temp_dir.hpp"

using fogis::testing::read_file;
using fogis::testing::source_dir;

namespace {

namespace fs = std::filesystem;

/// Name of a function that takes a message, and which argument that is.
using Makers = std::map<std::string, std::size_t>;

/// Texts of the page that no literal of ours has: the system's, or put together from parts.
const std::set<std::string> kMadeElsewhere = {
    "Connection refused",     "No such file or directory", "Permission denied", "No route to host",
    "Network is unreachable", "this is a Sentinel",        R"(--listen: "…" …)"};

/// Literals in a message's argument that are not its text: parts of it, and names that choose it.
const std::set<std::string> kParts = {
    "CLIENT LIST",    "CLUSTER INFO", "LATENCY LATEST", "SLOWLOG GET", "only others",
    "protected-mode", "slow command", "to TLSv1.3",     "no message",  "… more invalid"};

/// Calls that pass on the text of the system, the server or a library, or one that is put together.
const std::set<std::string> kPassedOn = {
    R"(app/cli/listen_address.cpp:  fmt::format("--listen: \"{}\" {}", text, cause))",
    R"(lib/checks/suite/connection.cpp:  mismatch("PING", status_reply("PONG"), *pong))",
    R"(lib/base/stop_event.cpp:  "interrupted")",
    "lib/net/dial.cpp:  describe_errno(errno)",
    "lib/net/dial.cpp:  describe_errno(fault)",
    "lib/net/dial.cpp:  path",
    "lib/redis/server_error.cpp:  redact(error_reply.text, secret)",
    "lib/redis/server_identity.cpp:  std::move(text)"};

/// Where the text that begins with a quote ends, past its last quote.
std::size_t past_literal(std::string_view code, std::size_t at) {
  const char quote = code[at];
  for (++at; at < code.size() && code[at] != quote; ++at) {
    at += code[at] == '\\' ? 1 : 0;
  }
  return std::min(at + 1, code.size());
}

bool is_quote(std::string_view code, std::size_t at) {
  const bool separates_digits = code[at] == '\'' && at > 0 && std::isalnum(code[at - 1]) != 0;
  return code[at] == '"' || (code[at] == '\'' && !separates_digits);
}

/// The arguments of a call whose parenthesis opens there.
std::vector<std::string> arguments_at(std::string_view code, std::size_t at) {
  std::vector<std::string> arguments(1);
  int depth = 0;
  while (at < code.size()) {
    const auto begin = at;
    const char letter = code[at];
    at = is_quote(code, at) ? past_literal(code, at) : at + 1;
    depth += letter == '(' || letter == '{' || letter == '[' ? 1 : 0;
    depth -= letter == ')' || letter == '}' || letter == ']' ? 1 : 0;
    if (depth == 0) {
      break;
    }
    if (letter == ',' && depth == 1) {
      arguments.emplace_back();
    } else if (depth > 1 || letter != '(') {
      arguments.back() += code.substr(begin, at - begin);
    }
  }
  return arguments;
}

/// The string literals of an expression, neighbours joined, as the page writes them.
std::vector<std::string> literals_of(const std::string& code) {
  std::vector<std::string> texts;
  bool joins = false;
  for (std::size_t at = 0; at < code.size();) {
    if (code[at] == '"') {
      const auto end = past_literal(code, at);
      const auto text = code.substr(at + 1, end - at - 2);
      if (!joins) {
        texts.emplace_back();
      }
      texts.back() += text;
      at = end;
      joins = true;
      continue;
    }
    joins = joins && std::isspace(static_cast<unsigned char>(code[at])) != 0;
    at = is_quote(code, at) ? past_literal(code, at) : at + 1;
  }
  for (auto& text : texts) {
    text = std::regex_replace(text, std::regex(R"(\\(.))"), "$1");
    text = std::regex_replace(text, std::regex(R"(\{[^}]*\})"), "…");
    text = std::regex_replace(text, std::regex("^ +| +$"), "");
  }
  return texts;
}

/// Fragments that join values (": ", "; its master ") name nothing that a reader would search for.
bool is_text(const std::string& text) {
  static const std::regex words("[A-Za-z]{2,}[^A-Za-z]+([A-Za-z]+[^A-Za-z]+)*[A-Za-z]{2,}");
  return std::regex_search(text, words) && text.front() != ',';
}

Makers makers_of(const std::string& code) {
  static const std::regex declared(
      R"((?:Error|tl::unexpected<Error>|auto) (\w+)(?: = \[[^\]]*\])?(\((?:[^(){}]|\{\})*\)))");
  static const std::regex message(R"(string(_view)?&? (message|fault|reason|what)\b)");
  Makers found;
  for (std::sregex_iterator at(code.begin(), code.end(), declared), end; at != end; ++at) {
    const auto parameters = arguments_at(at->str(2), 0);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (std::regex_search(parameters[i], message)) {
        found.emplace(at->str(1), i);
        break;
      }
    }
  }
  return found;
}

std::vector<fs::path> sources(std::string_view extension) {
  std::vector<fs::path> files;
  for (const auto* const root : {"lib", "app"}) {
    for (const auto& entry : fs::recursive_directory_iterator(source_dir() / root)) {
      if (entry.path().extension() == extension) {
        files.push_back(entry.path());
      }
    }
  }
  return files;
}

struct Texts {
  std::map<std::string, std::string> found;  ///< text, and the file that has it
  std::set<std::string> without;             ///< file and argument of calls that have none
};

void collect(const fs::path& file, const Makers& shared, Texts& texts) {
  const auto code = read_file(file);
  const auto place = fs::relative(file, source_dir()).string();
  auto makers = makers_of(code);
  const bool has_own = !makers.empty();
  makers.insert(shared.begin(), shared.end());
  if (place.starts_with("lib/checks/suite/")) {
    makers.insert({{"findings.fail", 0}, {"findings.warn", 0}});
  }
  for (const auto& [name, index] : makers) {
    for (auto at = code.find(name + "("); at != std::string::npos;
         at = code.find(name + "(", at + 1)) {
      const auto before = at == 0 ? '\n' : code[at - 1];
      const bool is_call = std::isalnum(static_cast<unsigned char>(before)) == 0 && before != '_' &&
                           before != '.' && before != '>';
      const auto arguments = arguments_at(code, at + name.size());
      if (!is_call || arguments.size() <= index) {
        continue;
      }
      const auto literals = literals_of(arguments[index]);
      bool any = false;
      for (const auto& text : literals) {
        if (is_text(text) && !kParts.contains(text)) {
          texts.found.emplace(text, place);
          any = true;
        }
      }
      const bool is_declaration =
          code.substr(at > 7 ? at - 7 : 0, 7).find("Error ") != std::string::npos;
      if (!any && !is_declaration && name.starts_with("make_") && !has_own) {
        texts.without.insert(place + ": " +
                             std::regex_replace(arguments[index], std::regex(R"(\s+)"), " "));
      }
    }
  }
  static const std::regex known(R"re(\{"([^"]+)", ErrorKind::)re");
  for (std::sregex_iterator at(code.begin(), code.end(), known), end; at != end; ++at) {
    texts.found.emplace(at->str(1), place);
  }
}

Texts all_texts() {
  Makers shared = {{"make_error", 2}, {"make_system_error", 2}};
  for (const auto& header : sources(".hpp")) {
    const auto more = makers_of(read_file(header));
    shared.insert(more.begin(), more.end());
  }
  Texts texts;
  for (const auto& file : sources(".cpp")) {
    collect(file, shared, texts);
  }
  return texts;
}

/// What stands between backticks in the first column of the page's tables.
std::set<std::string> entries() {
  const auto page = read_file(source_dir() / "docs/troubleshooting.md");
  static const std::regex row(R"(\n\| (`[^|]*) \|)");
  static const std::regex quoted("`([^`]+)`");
  std::set<std::string> found;
  for (std::sregex_iterator at(page.begin(), page.end(), row), end; at != end; ++at) {
    const auto cell = at->str(1);
    for (std::sregex_iterator text(cell.begin(), cell.end(), quoted), none; text != none; ++text) {
      found.insert(text->str(1));
    }
  }
  return found;
}

}  // namespace

TEST_CASE("every error text has its entry in docs/troubleshooting.md") {
  const auto listed = entries();
  const auto texts = all_texts();
  CHECK(texts.found.size() > 150);  // fewer: the scan has lost them
  for (const auto& [text, file] : texts.found) {
    INFO(file);
    INFO("| `" << text << "` |");
    CHECK(listed.contains(text));
  }
}

TEST_CASE("docs/troubleshooting.md has no entry for a text that is gone") {
  const auto texts = all_texts();
  for (const auto& text : entries()) {
    INFO(text);
    CHECK((texts.found.contains(text) || kMadeElsewhere.contains(text)));
  }
}

TEST_CASE("a message that has no text of ours is known to docs/troubleshooting.md") {
  for (const auto& call : all_texts().without) {
    INFO(call);
    CHECK(kPassedOn.contains(call));
  }
}
