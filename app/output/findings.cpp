#include "output/findings.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"
#include "output/json.hpp"

namespace fogis::output {

std::string findings_text(const message::Judgement& judgement, const Style& style,
                          std::string_view indent) {
  std::string text;
  for (const auto& finding : judgement.findings) {
    const bool is_error = finding.severity == message::Severity::error;
    text += fmt::format(
        "{}{} {}{}{} at {}: {}\n", indent,
        style.paint(is_error ? Colour::red : Colour::yellow, is_error ? "error:" : "warning:"),
        finding.rule, finding.ref.empty() ? "" : " ", finding.ref,
        finding.pointer.empty() ? "the top" : escape_for_terminal(finding.pointer), finding.found);
    text += fmt::format("{}  {}; {}\n", indent, finding.consequence, finding.hint);
  }
  if (judgement.omitted() > 0) {
    text += fmt::format("{}and {} more\n", indent, judgement.omitted());
  }
  return text;
}

nlohmann::ordered_json findings_json(const message::Judgement& judgement,
                                     std::span<const std::size_t> lines) {
  auto list = Json::array();
  for (std::size_t i = 0; i < judgement.findings.size(); ++i) {
    const auto& finding = judgement.findings[i];
    Json json{{"rule", finding.rule},
              {"ref", text_or_null(finding.ref)},
              {"severity", name(finding.severity)},
              {"reader", name(finding.reader)},
              {"pointer", finding.pointer}};
    if (!lines.empty()) {
      json["line"] = lines[i];
    }
    json["found"] = finding.found;
    json["consequence"] = finding.consequence;
    json["hint"] = finding.hint;
    json["mend"] = finding.hint;  // the name before 0.2
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace fogis::output
