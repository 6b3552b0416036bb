// The forms in which a result can be written, and what renders them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fogis::output {

enum class Format : std::uint8_t {
  text,        ///< for people
  json,        ///< one document
  junit,       ///< JUnit XML, for test reports
  github,      ///< GitHub Actions annotations
  markdown,    ///< a table for a job summary or an issue
  raw,         ///< received bytes as they are
  prometheus,  ///< text exposition format, for a textfile collector or an exporter
  nagios,      ///< one line with performance data, for monitoring plugins
};

struct CheckView;     // output/report.hpp
struct MessageSink;   // output/message_report.hpp
class MessageReport;  // output/message_report.hpp
struct MetricsView;   // output/monitor.hpp

/// A function, or none. The row knows which, because GCC 12 under -fsanitize=undefined does not
/// take the comparison of a function's address with null for a constant.
template <typename Function>
struct Renderer;

template <typename Result, typename View>
struct Renderer<Result(const View&)> {
  constexpr Renderer() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a row names the function alone
  constexpr Renderer(Result (&renders)(const View&)) : function(&renders), exists(true) {}

  Result operator()(const View& view) const { return function(view); }

  Result (*function)(const View&) = nullptr;
  bool exists = false;
};

/// A format: its name, as `--output` takes it, and what it can show.
struct FormatRow {
  Format format;
  std::string_view name;
  /// A finished report of checks. As text its last lines: rows are shown while the checks run.
  Renderer<std::string(const CheckView&)> checks = {};
  /// Judged messages, written while they are judged.
  Renderer<std::unique_ptr<MessageReport>(const MessageSink&)> messages = {};
  /// Figures of a server.
  Renderer<std::string(const MetricsView&)> metrics = {};
};

// Each format has a file of its own, but text and JSON, which have one for each kind of result.
std::string report_text(const CheckView& view);
std::string report_json(const CheckView& view);
std::string report_junit(const CheckView& view);
std::string report_github(const CheckView& view);
std::string report_markdown(const CheckView& view);
std::unique_ptr<MessageReport> message_text(const MessageSink& sink);
std::unique_ptr<MessageReport> message_json(const MessageSink& sink);
std::unique_ptr<MessageReport> message_junit(const MessageSink& sink);
std::unique_ptr<MessageReport> message_github(const MessageSink& sink);
std::unique_ptr<MessageReport> message_markdown(const MessageSink& sink);
std::string metrics_text(const MetricsView& view);
std::string metrics_json(const MetricsView& view);
std::string metrics_prometheus(const MetricsView& view);
std::string metrics_nagios(const MetricsView& view);

inline constexpr FormatRow kFormats[] = {
    {Format::text, "text", report_text, message_text, metrics_text},
    {Format::json, "json", report_json, message_json, metrics_json},
    {Format::junit, "junit", report_junit, message_junit},
    {Format::github, "github", report_github, message_github},
    {Format::markdown, "markdown", report_markdown, message_markdown},
    {Format::raw, "raw"},
    {Format::prometheus, "prometheus", {}, {}, metrics_prometheus},
    {Format::nagios, "nagios", {}, {}, metrics_nagios},
};

/// The row of a format.
constexpr const FormatRow& row_of(Format format) {
  return *std::find_if(std::begin(kFormats), std::end(kFormats),
                       [&](const FormatRow& row) { return row.format == format; });
}

/// The formats that have that renderer.
template <auto renderer>
constexpr auto formats_with() {
  constexpr auto kHas = [](const FormatRow& row) { return (row.*renderer).exists; };
  std::array<Format, std::count_if(std::begin(kFormats), std::end(kFormats), kHas)> list{};
  std::size_t count = 0;
  for (const auto& row : kFormats) {
    if (kHas(row)) {
      list[count++] = row.format;
    }
  }
  return list;
}

/// Stable name of a format, as `--output` takes it.
constexpr std::string_view name(Format format) {
  return row_of(format).name;
}

/// The format of that name, or nothing.
std::optional<Format> parse_format(std::string_view text);

/// The names of `formats`, as a sentence lists them: "text, json or junit".
std::string list_of(std::span<const Format> formats);

/// What every command can write.
inline constexpr Format kPlainFormats[] = {Format::text, Format::json};
/// What a stream of messages can be written as.
inline constexpr Format kStreamFormats[] = {Format::text, Format::json, Format::raw};
/// What a report of checks or of judged messages can be written as.
inline constexpr auto kReportFormats = formats_with<&FormatRow::checks>();
static_assert(kReportFormats == formats_with<&FormatRow::messages>());
/// What figures of a server can be written as.
inline constexpr auto kMetricsFormats = formats_with<&FormatRow::metrics>();

}  // namespace fogis::output
