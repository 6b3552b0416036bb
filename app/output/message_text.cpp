#include <fmt/format.h>

#include <string>

#include "base/text.hpp"
#include "output/console.hpp"
#include "output/layout.hpp"
#include "output/message_report.hpp"

namespace fogis::output {
namespace {

using checks::Status;

/// A line for each finding, the reader's view and the hint below it; a line for each good file.
class MessageText : public MessageReport {
public:
  explicit MessageText(const MessageSink& sink)
      : out_(&sink.out), style_(sink.style), options_(sink.options) {}

  void add(const JudgedMessage& message) override {
    const auto& judgement = message.judgement;
    std::string text;
    for (std::size_t i = 0; i < judgement.findings.size(); ++i) {
      text += finding_text(message, i);
    }
    if (judgement.omitted() > 0) {
      text += fmt::format("{}{} more in this message\n", std::string(indent(), ' '),
                          count_of(judgement.omitted(), "finding"));
    }
    only_kind_ = kind_of(judgement);
    if (options_.verbose && judgement.findings.empty()) {
      text += row(Status::pass,
                  fmt::format("{}:{}: {}", shown_name(message.file), message.line, only_kind_));
    }
    out_->write(text);
  }

  void end_file(const JudgedFile& file) override {
    const auto& counts = file.counts;
    const bool is_good = !file.error && counts.messages > 0 && counts.errors + counts.warnings == 0;
    if (options_.quiet && is_good) {
      return;
    }
    const auto name = shown_name(file.name);
    if (file.error) {
      out_->write(row(Status::fail, describe(*file.error)));
    } else if (file.layout == Input::Layout::lines) {
      out_->write(row(status_of(counts), fmt::format("{}: {}", name, counts_text(counts))));
    } else if (is_good && !options_.verbose) {
      out_->write(row(Status::pass, fmt::format("{}: {}", name, only_kind_)));
    }
  }

  void end(const JudgedRun& run) override {
    const auto verdict = verdict_word(run);
    out_->write(fmt::format("{} {}\n",
                            style_.paint(run.passed() ? Colour::green : Colour::red, verdict),
                            wrap_indented(run_text(run), verdict.size() + 1, style_.width)));
  }

private:
  [[nodiscard]] std::size_t indent() const { return mark_width(style_) + 3; }

  [[nodiscard]] std::string row(Status status, std::string_view text) const {
    return fmt::format("{} {}\n", mark(style_, status), escape_for_terminal(text));
  }

  [[nodiscard]] std::string below(std::string_view label, std::string_view text) const {
    return fmt::format("{}{}{}\n", std::string(indent(), ' '), label,
                       wrap_indented(text, indent() + label.size(), style_.width));
  }

  /// What judge() wrote is escaped already; a file's name is not.
  [[nodiscard]] std::string finding_text(const JudgedMessage& message, std::size_t index) const {
    const auto& finding = message.judgement.findings[index];
    const auto status = finding.severity == message::Severity::error ? Status::fail : Status::warn;
    auto text = fmt::format("{} {}: {}{}{}: {}\n", mark(style_, status),
                            escape_for_terminal(place_of(message, index)), finding.pointer,
                            finding.pointer.empty() ? "" : " ", rule_of(finding), finding.found);
    if (!options_.quiet) {
      text += below("", finding.consequence) + below("hint: ", finding.hint);
    }
    return text;
  }

  Writer* out_;
  Style style_;
  MessageReportOptions options_;
  std::string only_kind_;  ///< of the last message, which is the file's only one where it is shown
};

}  // namespace

std::unique_ptr<MessageReport> message_text(const MessageSink& sink) {
  return std::make_unique<MessageText>(sink);
}

}  // namespace fogis::output
