#include "commands/check_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/exit_code.hpp"
#include "output/json.hpp"
#include "output/layout.hpp"

namespace fogis::commands {
namespace {

using output::Format;

std::string list_text(std::span<const CheckLine> checks, const output::Style& style) {
  std::size_t longest = 0;
  for (const auto& check : checks) {
    longest = std::max(longest, check.id.size());
  }
  const auto column = longest + 2;
  std::string text;
  for (const auto& check : checks) {
    text += output::pad_right(check.id, column) +
            output::wrap_indented(check.purpose, column, style.width) + "\n";
  }
  return text;
}

std::string list_json(std::span<const CheckLine> checks) {
  auto document = output::json_document("check-list");
  document["checks"] = output::Json::array();
  for (const auto& check : checks) {
    document["checks"].push_back(
        {{"id", check.id}, {"title", check.title}, {"purpose", check.purpose}});
  }
  return output::dump(document);
}

}  // namespace

int show_check_list(cli::Session& session, std::span<const CheckLine> checks) {
  if (session.format != Format::text && session.format != Format::json) {
    return session.fail(
        make_error(ErrorKind::usage, Phase::usage,
                   fmt::format("--list has no format \"{}\"", output::name(session.format)),
                   fmt::format("write {}", output::list_of(output::kPlainFormats))));
  }
  session.out.write(session.format == Format::json ? list_json(checks)
                                                   : list_text(checks, session.style));
  return cli::exit_code::kSuccess;
}

}  // namespace fogis::commands
