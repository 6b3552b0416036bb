#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "base/text.hpp"
#include "output/console.hpp"
#include "output/escape.hpp"
#include "output/message_report.hpp"

namespace fogis::output {
namespace {

/// A job summary holds a megabyte; this stays well below it.
constexpr std::size_t kMostRows = 200;

/// Two tables, the files and the findings, behind the verdict; so nothing is written before the
/// end.
class MessageMarkdown : public MessageReport {
public:
  explicit MessageMarkdown(Writer& out) : out_(&out) {}

  void add(const JudgedMessage& message) override {
    const auto& judgement = message.judgement;
    total_ += judgement.errors + judgement.warnings;
    for (std::size_t i = 0; i < judgement.findings.size() && shown_ < kMostRows; ++i, ++shown_) {
      const auto& finding = judgement.findings[i];
      // judge() has made its texts harmless for a line already.
      findings_ +=
          fmt::format("| {} | {} | {} | {} | {}<br>*hint: {}* |\n",
                      finding.severity == message::Severity::error ? "❌" : "⚠️",
                      escape_markdown(place_of(message, i)), rule_of(finding),
                      escape_table_cell(finding.pointer + (finding.pointer.empty() ? "" : ": ") +
                                        finding.found),
                      escape_table_cell(finding.consequence), escape_table_cell(finding.mend));
    }
  }

  void end_file(const JudgedFile& file) override {
    const auto& counts = file.counts;
    const bool is_bad = file.error || counts.invalid > 0 || counts.messages == 0;
    files_ +=
        fmt::format("| {} | {} | {} | {} |\n",
                    is_bad                ? "❌"
                    : counts.warnings > 0 ? "⚠️"
                                          : "✅",
                    escape_markdown(shown_name(file.name)), counts.messages,
                    escape_markdown(file.error ? describe(*file.error) : counts_text(counts)));
  }

  void end(const JudgedRun& run) override {
    auto text = fmt::format("## fogis-redis validate-message: {}\n\n{}\n\n", verdict_word(run),
                            run_text(run));
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

std::unique_ptr<MessageReport> make_message_markdown(Writer& out) {
  return std::make_unique<MessageMarkdown>(out);
}

}  // namespace fogis::output
