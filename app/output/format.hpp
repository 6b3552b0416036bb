// The forms in which a result can be written.
#pragma once

#include <cstdint>
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

/// Stable name of a format, as `--output` takes it.
std::string_view name(Format format);

/// The format of that name, or nothing.
std::optional<Format> parse_format(std::string_view text);

/// The names of `formats`, as a sentence lists them: "text, json or junit".
std::string list_of(std::span<const Format> formats);

/// What every command can write.
inline constexpr Format kPlainFormats[] = {Format::text, Format::json};
/// What a stream of messages can be written as.
inline constexpr Format kStreamFormats[] = {Format::text, Format::json, Format::raw};
/// What a report of checks can be written as.
inline constexpr Format kReportFormats[] = {Format::text, Format::json, Format::junit,
                                            Format::github, Format::markdown};
/// What figures of a server can be written as.
inline constexpr Format kMetricsFormats[] = {Format::text, Format::json, Format::prometheus,
                                             Format::nagios};

}  // namespace fogis::output
