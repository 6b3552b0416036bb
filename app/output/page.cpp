#include "output/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "monitor/metrics.hpp"
#include "output/json.hpp"

namespace fogis::output {
namespace {

std::string_view file(std::string_view name) {
  const auto files = page_files();
  const auto found = std::find_if(files.begin(), files.end(),
                                  [name](const auto& one) { return one.name == name; });
  return found == files.end() ? std::string_view() : found->text;
}

void replace(std::string& text, std::string_view mark, std::string_view with) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size())) {
    text.replace(at, mark.size(), with);
  }
}

std::string_view unit_name(monitor::Unit unit) {
  using monitor::Unit;
  switch (unit) {
    case Unit::count:
      return "count";
    case Unit::bytes:
      return "bytes";
    case Unit::milliseconds:
      return "milliseconds";
    case Unit::percent:
      return "percent";
    case Unit::per_second:
      return "per_second";
    case Unit::bytes_per_second:
      return "bytes_per_second";
    case Unit::ratio:
      return "ratio";
    case Unit::flag:
      return "flag";
    case Unit::moment:
      return "moment";
  }
  return "count";
}

/// `PING p50`: a metric's name as people write it.
std::string label(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kSpellings{
      {{"aof", "AOF"},
       {"cpu", "CPU"},
       {"fogis", "FOGIS"},
       {"ops", "commands"},
       {"ping", "PING"},
       {"pubsub", "pub/sub"},
       {"rss", "RSS"}}};
  std::string words;
  while (!name.empty()) {
    const auto word = name.substr(0, name.find('_'));
    name.remove_prefix(std::min(word.size() + 1, name.size()));
    const auto* const spelled =
        std::find_if(kSpellings.begin(), kSpellings.end(),
                     [word](const auto& spelling) { return spelling.first == word; });
    words += words.empty() ? "" : " ";
    words += spelled == kSpellings.end() ? word : spelled->second;
  }
  if (!words.empty() && words.front() >= 'a' && words.front() <= 'z') {
    words.front() = static_cast<char>(words.front() - 'a' + 'A');
  }
  return words;
}

/// The table of metrics, so that the page shows each by its section and unit.
std::string metric_table() {
  auto table = Json::array();
  for (const auto& metric : monitor::metrics()) {
    table.push_back({monitor::json_key(metric), monitor::name(metric.section), label(metric.name),
                     unit_name(metric.unit), metric.help});
  }
  return table.dump();
}

/// All but the nonce.
std::string assemble() {
  std::string html(file("page.html"));
  std::string script;
  for (const auto name : {"format.js", "chart.js", "page.js"}) {
    script += file(name);
  }
  replace(html, "@STYLE@", file("page.css"));
  replace(script, "@METRICS@", metric_table());
  replace(html, "@SCRIPT@", script);
  return html;
}

}  // namespace

std::string page_html(std::string_view nonce) {
  static const std::string kPage = assemble();
  auto html = kPage;
  replace(html, "@NONCE@", nonce);
  return html;
}

std::string page_policy(std::string_view nonce) {
  return fmt::format(
      "default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; connect-src 'self'; "
      "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      nonce);
}

}  // namespace fogis::output
