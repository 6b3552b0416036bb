#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "output/console.hpp"
#include "output/escape.hpp"
#include "output/layout.hpp"
#include "output/message_report.hpp"
#include "output/report.hpp"

namespace fogis::output {
namespace {

using checks::Status;

std::string_view symbol_of(Status status) {
  switch (status) {
    case Status::pass:
      return "✅";
    case Status::warn:
      return "⚠️";
    case Status::skip:
      return "➖";
    default:
      return "❌";
  }
}

std::string heading(std::string_view kind, std::string_view verdict) {
  return fmt::format("## fogis-redis {}: {}\n\n", kind, verdict);
}

std::string findings_of(const checks::CheckResult& result) {
  std::string text;
  for (const auto& finding : result.findings) {
    for (const auto& part : finding_parts(finding)) {
      text += part.label.empty()
                  ? fmt::format("<br>**{}**", escape_markdown(part.text))
                  : fmt::format("<br>*{}: {}*", part.label, escape_markdown(part.text));
    }
  }
  return text;
}

std::string channels_of(const checks::Report& report) {
  std::string text;
  for (const auto& check : report.checks) {
    for (const auto& channel : check.result.channels) {
      text += fmt::format("| {} | {} | {} | {} | {} |\n", symbol_of(channel.status),
                          escape_markdown(channel.channel), known(channel.listeners),
                          known(channel.messages), escape_markdown(channel.verdict));
    }
  }
  return text.empty()
             ? text
             : "\n| | channel | listeners | messages | verdict |\n|---|---|---:|---:|---|\n" + text;
}

std::string row_of(const checks::CheckReport& check) {
  const auto& result = check.result;
  auto text = escape_markdown(result.summary);
  text += findings_of(result);
  if ((result.findings.empty() || has_own_cause(result)) && result.status != Status::pass) {
    if (!result.cause.empty() && result.cause != result.summary) {
      text += fmt::format("<br>{}", escape_markdown(result.cause));
    }
    if (!result.hint.empty()) {
      text += fmt::format("<br>*hint: {}*", escape_markdown(result.hint));
    }
  }
  return fmt::format("| {} {} | {} | {} | {} |\n", symbol_of(result.status),
                     checks::name(result.status), escape_markdown(row_id(check)),
                     format_duration(check.duration), text);
}

/// A job summary holds a megabyte; this stays well below it.
constexpr std::size_t kMostRows = 200;

/// Two tables, the files and the findings, behind the verdict; so nothing is written before the
/// end.
class MessageMarkdown : public MessageReport {
public:
  explicit MessageMarkdown(const MessageSink& sink) : out_(&sink.out) {}

  void add(const JudgedMessage& message) override {
    const auto& judgement = message.judgement;
    total_ += judgement.errors + judgement.warnings;
    for (std::size_t i = 0; i < judgement.findings.size() && shown_ < kMostRows; ++i, ++shown_) {
      const auto& finding = judgement.findings[i];
      // judge() has made its texts harmless for a line already.
      findings_ += fmt::format(
          "| {} | {} | {} | {} | {}<br>*hint: {}* |\n",
          symbol_of(finding.severity == message::Severity::error ? Status::fail : Status::warn),
          escape_markdown(place_of(message, i)), rule_of(finding),
          escape_table_cell(finding.pointer + (finding.pointer.empty() ? "" : ": ") +
                            finding.found),
          escape_table_cell(finding.consequence), escape_table_cell(finding.hint));
    }
  }

  void end_file(const JudgedFile& file) override {
    const auto& counts = file.counts;
    const auto status = file.error ? Status::fail : status_of(counts);
    files_ += fmt::format(
        "| {} | {} | {} | {} |\n", symbol_of(status), escape_markdown(shown_name(file.name)),
        counts.messages, escape_markdown(file.error ? describe(*file.error) : counts_text(counts)));
  }

  void end(const JudgedRun& run) override {
    auto text = heading("validate-message", verdict_word(run)) + run_text(run) + "\n\n";
    text += "| | file | messages | result |\n|---|---|---:|---|\n" + files_;
    if (!findings_.empty()) {
      text += "\n| | place | rule | found | consequence |\n|---|---|---|---|---|\n" + findings_;
    }
    if (shown_ < total_) {
      text += fmt::format("\n{} more\n", count_of(total_ - shown_, "finding"));
    }
    out_->write(text);
  }

private:
  Writer* out_;
  std::string files_;
  std::string findings_;
  std::uint64_t total_ = 0;
  std::size_t shown_ = 0;
};

}  // namespace

std::string report_markdown(const CheckView& view) {
  const auto& report = view.report;
  auto text = heading(report.kind, verdict_word(report, view.policy));
  text += fmt::format("{}{}{}: {}\n\n", escape_markdown(report.endpoint),
                      report.server.empty() ? "" : ", ", escape_markdown(report.server),
                      summary_line(report));
  for (const auto& want : unmet(report, view.policy)) {
    text += fmt::format("required: {}\n\n", escape_markdown(want));
  }
  text += "| status | check | time | result |\n|---|---|---:|---|\n";
  for (const auto& check : report.checks) {
    text += row_of(check);
  }
  text += channels_of(report);
  for (const auto& what : report.unseen) {
    text += fmt::format("\nnot seen: {}\n", escape_markdown(what));
  }
  return text;
}

std::unique_ptr<MessageReport> message_markdown(const MessageSink& sink) {
  return std::make_unique<MessageMarkdown>(sink);
}

}  // namespace fogis::output
