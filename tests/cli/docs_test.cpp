// The commands of README.md, SECURITY.md and docs are run, and what they print is what the pages
// show.
//
// A fence's first word is its language, further words say how its commands are run:
//
//   console         lines that begin with `$ ` are commands, the others are their output
//   sh              every line is a command
//   figures-differ  numbers, times and sizes are those of one run, and are not compared
//   services        with the stand-ins of both services beside the server
//   exit=N          the exit code of the last command; otherwise each exits with 0
//   until=TEXT      the command runs until it has printed TEXT, and is ended by SIGINT
//   not-run         needs what a test has not: another machine, root, docker; see kNotRun
//
// In an output `...` stands for any text. White space is not compared: lines are folded by width.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cctype>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "support/name_server.hpp"
#include "support/paths.hpp"
#include "support/redis_server.hpp"
#include "support/reserved_port.hpp"
#include "support/run_binary.hpp"
#include "support/standin.hpp"
#include "support/temp_dir.hpp"

using namespace fogis::testing;

namespace {

/// How many blocks of a page are not run. A block that joins them is seen here.
const std::map<std::string, int> kNotRun = {{"README.md", 2},
                                            {"docs/commands.md", 1},
                                            {"docs/faults.md", 1},
                                            {"docs/getting-started.md", 5}};

struct Command {
  std::string line;
  std::string output;
};

struct Block {
  std::string place;  ///< page and line
  std::string language;
  std::set<std::string> words;
  std::vector<std::string> lines;

  [[nodiscard]] bool has(const std::string& word) const { return words.contains(word); }
  /// What follows `name=` among the words; empty when it is not there.
  [[nodiscard]] std::string value(const std::string& name) const {
    for (const auto& word : words) {
      if (word.rfind(name + "=", 0) == 0) {
        return word.substr(name.size() + 1);
      }
    }
    return {};
  }
};

std::vector<std::string> pages() {
  std::vector<std::string> names = {"README.md", "SECURITY.md"};
  for (const auto& entry : std::filesystem::directory_iterator(source_dir() / "docs")) {
    if (entry.path().extension() == ".md") {
      names.push_back("docs/" + entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Block> blocks_of(const std::string& page) {
  std::istringstream text(read_file(source_dir() / page));
  std::vector<Block> blocks;
  std::optional<Block> open;
  std::size_t indent = 0;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    const auto begin = std::min(line.find_first_not_of(' '), line.size());
    if (line.compare(begin, 3, "```") == 0) {
      if (open) {
        blocks.push_back(*std::exchange(open, std::nullopt));
        continue;
      }
      indent = begin;
      open = Block{fmt::format("{}:{}", page, number), {}, {}, {}};
      std::istringstream words(line.substr(begin + 3));
      words >> open->language;
      for (std::string word; words >> word;) {
        open->words.insert(word);
      }
    } else if (open) {
      open->lines.push_back(line.substr(std::min(indent, begin)));
    }
  }
  INFO(page);
  CHECK_FALSE(open);
  return blocks;
}

std::vector<Command> commands_of(const Block& block) {
  std::vector<Command> commands;
  bool continued = false;
  for (auto line : block.lines) {
    const bool is_command =
        block.language == "sh" ? !line.empty() && line.front() != '#' : line.rfind("$ ", 0) == 0;
    if (continued) {
      commands.back().line += "\n" + line;
    } else if (is_command) {
      commands.push_back({block.language == "sh" ? line : line.substr(2), {}});
    } else if (!commands.empty()) {
      commands.back().output += line + "\n";
      continue;
    }
    continued = (continued || is_command) && !line.empty() && line.back() == '\\';
  }
  return commands;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.000Z", fmt::gmtime(std::time(nullptr)));
}

/// Redis's own, as a container has them, but for its slow log: a busy machine makes any command
/// slow.
const std::vector<std::string> kDefaults = {
    "--save", "3600 1 300 100 60 10000",   "--protected-mode",
    "no",     "--slowlog-log-slower-than", "10000000"};

/// What a page's commands find: a server with Redis's own defaults, as a container has it, two
/// messages, and a directory that stays from block to block.
class Scene {
public:
  Scene()
      : server_({.arguments = kDefaults, .tcp = true}),
        addresses_({{"@localhost:6379", fmt::format("@localhost:{}", server_.port())},
                    {"redis://localhost:6379", fmt::format("redis://localhost:{}", server_.port())},
                    {"(127.0.0.1:6379)", fmt::format("(127.0.0.1:{})", server_.port())},
                    {"unix:///run/redis/redis.sock", "unix://" + server_.socket_path()},
                    {"9121", std::to_string(page_port_.number())}}) {
    const auto messages = source_dir() / "tests/fixtures/messages";
    for (const auto& [name, fixture] : {std::pair("update", "invalid/schema-version-in-payload"),
                                        std::pair("alert", "valid/system-alert")}) {
      auto message = read_file(messages / (std::string(fixture) + ".json"));
      replace_all(message, "2030-06-01T11:59:00.000Z", now());
      directory_.write(std::string(name) + ".json", message);
    }
    directory_.write("state", "");
  }

  void start_services() {
    if (calendar_) {
      return;
    }
    calendar_ = std::make_unique<Standin>("calendar", server_.tcp_url());
    processor_ = std::make_unique<Standin>("processor", server_.tcp_url());
    addresses_.emplace_back("http://localhost:9082", processor_->url());
    addresses_.emplace_back("http://localhost:9083", calendar_->url());
  }
  void stop_services() {
    if (calendar_) {
      calendar_.reset();
      processor_.reset();
      addresses_.resize(addresses_.size() - 2);
    }
  }

  [[nodiscard]] std::string here(std::string text) const {
    for (const auto& [shown, actual] : addresses_) {
      replace_all(text, shown, actual);
    }
    return text;
  }
  [[nodiscard]] std::string as_shown(std::string text) const {
    for (const auto& [shown, actual] : addresses_) {
      replace_all(text, actual, shown);
    }
    return text;
  }

  /// A shell that does this after what earlier blocks have exported.
  [[nodiscard]] ProgramOptions shell(const std::string& script) const {
    auto environment = clean_environment();
    environment["PATH"] = binary().parent_path().string() + ":" + environment["PATH"];
    const auto state = directory_ / "state";
    ProgramOptions options = {.program = "bash",
                              .arguments = {"-c", fmt::format("source {0}\n{1}", state, script)},
                              .environment = environment,
                              .working_directory = directory_.path()};
    return can_rename() ? names_->asked_by(options) : options;
  }
  [[nodiscard]] std::string keep_state() const {
    return fmt::format("\nexport -p >{}\n", directory_ / "state");
  }

private:
  RedisServer server_;
  ReservedPort page_port_;
  TempDir directory_;
  std::unique_ptr<NameServer> names_ =
      can_rename() ? std::make_unique<NameServer>(NameServer::Names{}) : nullptr;
  std::unique_ptr<Standin> calendar_;
  std::unique_ptr<Standin> processor_;
  std::vector<std::pair<std::string, std::string>> addresses_;
};

std::string comparable(const std::string& text, bool with_figures) {
  static const std::regex space(R"(\s+)");
  static const std::regex figure(
      R"(\b\d+([.,:]\d+)*(Z|k|M)?( ?(ns|us|ms|s|m|h|B|KB|MB|GB|KiB|MiB)\b( \d+ s\b)?)?)");
  auto plain = std::regex_replace(text, space, " ");
  plain = with_figures ? plain : std::regex_replace(plain, figure, "#");
  plain.erase(0, plain.find_first_not_of(' '));
  plain.erase(plain.find_last_not_of(' ') + 1);
  return plain;
}

/// Whether the text is the shown one, in which `...` stands for any text.
bool is_shown(const std::string& text, const std::string& shown) {
  static const std::string kGap = "...";
  std::size_t at = 0;
  std::size_t from = 0;
  while (true) {
    const auto gap = shown.find(kGap, from);
    const auto part = comparable(
        shown.substr(from, gap == std::string::npos ? std::string::npos : gap - from), true);
    const auto found = gap == std::string::npos && from > 0 && text.size() >= part.size()
                           ? std::max(at, text.size() - part.size())
                           : at;
    const auto place = from == 0 ? (text.compare(0, part.size(), part) == 0 ? 0 : std::string::npos)
                                 : text.find(part, found);
    if (place == std::string::npos) {
      return false;
    }
    at = place + part.size();
    if (gap == std::string::npos) {
      return at == text.size();
    }
    from = gap + kGap.size();
  }
}

void run_until(const Scene& scene, const Block& block, const Command& command) {
  auto process = Process(scene.shell("exec 2>&1; exec " + scene.here(command.line)));
  process.wait_for_output(block.value("until"));
  process.signal(SIGINT);
  const auto outcome = process.wait();
  INFO(outcome.output);
  const auto wanted = block.value("exit");
  CHECK(std::to_string(outcome.exit_code) == (wanted.empty() ? "0" : wanted));
}

/// The block's commands in one shell, which says after each how it ended.
void run_to_end(const Scene& scene, const Block& block) {
  constexpr char kEnd = '\x01';
  const auto commands = commands_of(block);
  std::string script = "exec 2>&1\n";
  for (const auto& command : commands) {
    script += fmt::format("{}\n__code=$?; printf '\\001%d\\001' $__code; (exit $__code)\n",
                          scene.here(command.line));
  }
  const auto outcome =
      run_binary(scene.shell(script + scene.keep_state()), std::chrono::seconds(60));
  std::istringstream told(outcome.output);
  for (const auto& command : commands) {
    std::string output;
    std::string code;
    std::getline(told, output, kEnd);
    std::getline(told, code, kEnd);
    INFO("$ " << command.line << "\n" << output << "exit code " << code);
    const bool is_last = &command == &commands.back();
    const auto wanted = block.value("exit");
    // A command that only asks for the code of the one before it ends well.
    const bool is_asked = !is_last && (&command + 1)->line == "echo $?";
    if (is_asked) {
      CHECK(code == comparable((&command + 1)->output, true));
    } else {
      CHECK(code == (is_last && !wanted.empty() ? wanted : "0"));
    }
    if (block.language == "console") {
      const bool exact = !block.has("figures-differ");
      const auto shown = comparable(command.output, exact);
      const auto actual = comparable(scene.as_shown(output), exact);
      INFO("printed: " << actual << "\nshown:   " << shown);
      CHECK(is_shown(actual, shown));
    }
  }
}

bool is_runnable(const Block& block) {
  return (block.language == "console" || block.language == "sh") && !block.has("not-run");
}

void run(Scene& scene, const Block& block) {
  if (block.has("services")) {
    scene.start_services();
  } else {
    scene.stop_services();
  }
  if (block.value("until").empty()) {
    run_to_end(scene, block);
    return;
  }
  for (const auto& command : commands_of(block)) {
    run_until(scene, block, command);
  }
}

/// The headings of a page as links name them: `#in-lower-case`.
std::set<std::string> headings_of(const std::filesystem::path& page) {
  std::istringstream text(read_file(page));
  std::set<std::string> found;
  for (std::string line; std::getline(text, line);) {
    if (line.empty() || line.front() != '#') {
      continue;
    }
    std::string name = "#";
    for (const auto letter : line.substr(std::min(line.find(' ') + 1, line.size()))) {
      const auto byte = static_cast<unsigned char>(letter);
      if (std::isalnum(byte) != 0 || letter == '-' || letter == '_') {
        name += static_cast<char>(std::tolower(byte));
      } else if (letter == ' ') {
        name += '-';
      }
    }
    found.insert(name);
  }
  return found;
}

/// The commands of a page, from top to bottom.
void run_page(const std::string& page) {
  Scene scene;
  int not_run = 0;
  for (const auto& block : blocks_of(page)) {
    INFO(block.place);
    not_run += block.has("not-run") ? 1 : 0;
    const bool asks_names = std::any_of(
        block.lines.begin(), block.lines.end(),
        [](const std::string& line) { return line.find("does not resolve") != std::string::npos; });
    if (is_runnable(block) && (can_rename() || !asks_names)) {
      run(scene, block);
    }
  }
  const auto known = kNotRun.find(page);
  CHECK(not_run == (known == kNotRun.end() ? 0 : known->second));
}

}  // namespace

TEST_CASE("every block of the pages says how it is run, and no command hides in another") {
  const std::set<std::string> languages = {"console", "sh",  "text",       "yaml",
                                           "json",    "ini", "dockerfile", "icinga"};
  const std::set<std::string> ways = {"figures-differ", "services", "not-run"};
  for (const auto& page : pages()) {
    for (const auto& block : blocks_of(page)) {
      INFO(block.place);
      CHECK(languages.contains(block.language));
      for (const auto& word : block.words) {
        INFO(word);
        CHECK((ways.contains(word) || word.rfind("exit=", 0) == 0 || word.rfind("until=", 0) == 0));
      }
      if (block.language != "console" && block.language != "sh") {
        for (const auto& line : block.lines) {
          INFO(line);
          CHECK(line.rfind("$ ", 0) != 0);
          CHECK(line.rfind("fogis-redis ", 0) != 0);
        }
      } else {
        CHECK_FALSE(commands_of(block).empty());
      }
    }
  }
}

TEST_CASE("every link of the pages leads to a file, and to a heading that it has") {
  static const std::regex link(R"(\]\(([^):#]*)(#[^)]*)?\))");
  for (const auto& page : pages()) {
    const auto text = read_file(source_dir() / page);
    for (std::sregex_iterator at(text.begin(), text.end(), link), end; at != end; ++at) {
      INFO(page << ": " << at->str());
      const auto path = source_dir() / page;
      const auto target = at->str(1).empty() ? path : path.parent_path() / at->str(1);
      CHECK(std::filesystem::exists(target));
      CHECK((at->str(2).empty() || headings_of(target).contains(at->str(2))));
    }
  }
}

TEST_CASE("the commands of README.md print what it shows") {
  run_page("README.md");
}

TEST_CASE("the commands of docs and SECURITY.md print what their page shows") {
  for (const auto& page : pages()) {
    if (page != "README.md") {
      DYNAMIC_SECTION(page) {
        run_page(page);
      }
    }
  }
}
