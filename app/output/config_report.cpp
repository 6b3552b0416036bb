#include "output/config_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "output/console.hpp"
#include "output/json.hpp"
#include "output/layout.hpp"

namespace fogis::output {
namespace {

using config::Entry;

/// `REDIS_TIMEOUT`, `--timeout`, `default`.
std::string origin_of(const Entry& entry) {
  return entry.origin.empty() ? std::string(config::name(entry.source)) : entry.origin;
}

/// Where the columns of a table begin and end.
struct Columns {
  std::size_t name = 0;    ///< width of the first one
  std::size_t origin = 0;  ///< where the last one begins
};

Columns columns_of(const config::Resolution& resolution, const Style& style) {
  Columns columns;
  std::size_t widest_origin = 0;
  for (const auto& entry : resolution.entries) {
    columns.name = std::max(columns.name, text_width(entry.name));
    widest_origin = std::max(widest_origin, text_width(escape_for_terminal(origin_of(entry))));
  }
  columns.origin = std::max(columns.name + 2, style.width - std::min(widest_origin, style.width));
  return columns;
}

std::string entry_text(const Entry& entry, const Columns& columns, const Style& style) {
  const auto value = entry.value.empty() ? std::string("-") : escape_for_terminal(entry.value);
  const auto origin =
      style.paint(entry.source == config::Source::builtin ? Colour::dim : Colour::green,
                  escape_for_terminal(origin_of(entry)));
  auto line = fmt::format("{}  {}", pad_right(entry.name, columns.name), value);
  // What does not fit beside its value stands below it, so that nothing is cut.
  if (text_width(line) + 2 > columns.origin) {
    line += '\n';
    line.append(columns.origin, ' ');
  } else {
    line = pad_right(line, columns.origin);
  }
  return line + origin + "\n";
}

std::string labelled(std::string_view label, Colour colour, std::string_view text,
                     const Style& style) {
  return fmt::format("{} {}\n", style.paint(colour, label),
                     wrap_indented(escape_for_terminal(text), label.size() + 1, style.width));
}

std::string labelled_lines(std::string_view label, Colour colour, std::string_view message,
                           std::string_view hint, const Style& style) {
  auto text = "\n" + labelled(label, colour, message, style);
  return hint.empty() ? text : text + labelled("hint:", Colour::bold, hint, style);
}

}  // namespace

std::string config_text(const config::Resolution& resolution, const Style& style, bool warnings) {
  const auto columns = columns_of(resolution, style);
  std::string text;
  for (const auto& entry : resolution.entries) {
    text += entry_text(entry, columns, style);
  }
  if (warnings) {
    for (const auto& warning : resolution.warnings) {
      text += labelled_lines("warning:", Colour::yellow, warning.message, warning.hint, style);
    }
  }
  for (const auto& error : resolution.errors) {
    text += labelled_lines("error:", Colour::red, describe(error), error.hint, style);
  }
  return text;
}

std::string config_json(const config::Resolution& resolution) {
  auto document = json_document("config");
  document["valid"] = resolution.errors.empty();
  auto entries = Json::array();
  for (const auto& entry : resolution.entries) {
    entries.push_back({{"name", entry.name},
                       {"value", entry.value},
                       {"source", config::name(entry.source)},
                       {"origin", text_or_null(entry.origin)}});
  }
  document["entries"] = std::move(entries);
  auto warnings = Json::array();
  for (const auto& warning : resolution.warnings) {
    warnings.push_back({{"code", warning.code},
                        {"message", warning.message},
                        {"hint", text_or_null(warning.hint)}});
  }
  document["warnings"] = std::move(warnings);
  auto errors = Json::array();
  for (const auto& error : resolution.errors) {
    errors.push_back(to_json(error));
  }
  document["errors"] = std::move(errors);
  return dump(document);
}

}  // namespace fogis::output
