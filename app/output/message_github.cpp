#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "output/console.hpp"
#include "output/escape.hpp"
#include "output/message_report.hpp"

namespace fogis::output {
namespace {

/// GitHub shows no more annotations of a step.
constexpr std::size_t kMostAnnotations = 10;

std::string annotation(std::string_view level, std::string_view where, std::string_view title,
                       std::string_view message) {
  return fmt::format("::{} {}title={}::{}\n", level, where, escape_command(title, true),
                     escape_command(message, false));
}

/// `file=…,line=…,` for a file that GitHub can show.
std::string property_of(std::string_view file, std::size_t line) {
  return file == "-" ? std::string()
                     : fmt::format("file={},line={},",
                                   escape_command(escape_for_terminal(file), true), line);
}

/// The worst first, at most as many as are shown; the last place tells how many found none.
class MessageGithub : public MessageReport {
public:
  explicit MessageGithub(Writer& out) : out_(&out) {}

  void add(const JudgedMessage& message) override {
    const auto& judgement = message.judgement;
    errors_total_ += judgement.errors;
    warnings_total_ += judgement.warnings;
    for (std::size_t i = 0; i < judgement.findings.size(); ++i) {
      const auto& finding = judgement.findings[i];
      const bool is_error = finding.severity == message::Severity::error;
      auto& kept = is_error ? errors_ : warnings_;
      if (kept.size() < kMostAnnotations) {
        kept.push_back(annotation(is_error ? "error" : "warning",
                                  property_of(message.file, message.lines[i]),
                                  "fogis-redis " + rule_of(finding),
                                  fmt::format("{}{}{}\n{}\nhint: {}", finding.pointer,
                                              finding.pointer.empty() ? "" : ": ", finding.found,
                                              finding.consequence, finding.mend)));
      }
    }
  }

  void end_file(const JudgedFile& file) override {
    if (file.error) {
      ++errors_total_;
      const auto text = escape_for_terminal(describe(*file.error));
      // It weighs more than what was found in other files.
      errors_.insert(errors_.begin(),
                     annotation("error", property_of(file.name, 1), "fogis-redis", text));
    }
  }

  void end(const JudgedRun& run) override {
    const bool has_errors = !errors_.empty();
    auto shown = std::move(errors_);
    shown.insert(shown.end(), warnings_.begin(), warnings_.end());
    const auto total = errors_total_ + warnings_total_;
    const auto fitting = total > kMostAnnotations ? kMostAnnotations - 1 : shown.size();
    std::string text;
    for (std::size_t i = 0; i < std::min(fitting, shown.size()); ++i) {
      text += shown[i];
    }
    if (fitting < total) {
      text += annotation(has_errors ? "error" : "warning", "", "fogis-redis",
                         fmt::format("{} more; see the log", count_of(total - fitting, "finding")));
    }
    out_->write(text + fmt::format("{} {}\n", verdict_word(run), run_text(run)));
  }

private:
  Writer* out_;
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
  std::uint64_t errors_total_ = 0;
  std::uint64_t warnings_total_ = 0;
};

}  // namespace

std::unique_ptr<MessageReport> make_message_github(Writer& out) {
  return std::make_unique<MessageGithub>(out);
}

}  // namespace fogis::output
