#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "output/console.hpp"
#include "output/escape.hpp"
#include "output/message_report.hpp"
#include "output/report.hpp"

namespace fogis::output {
namespace {

using checks::CheckReport;
using checks::Status;

/// GitHub shows no more annotations of a step.
constexpr std::size_t kMostNotes = 10;

/// What becomes an annotation. Title and message are escaped as commands only when written.
struct Note {
  Status status = Status::fail;
  std::string_view level;  ///< error or warning
  std::string where = {};  ///< `file=…,line=…,`
  std::string title;
  std::string message;
};

std::string annotation(const Note& note) {
  return fmt::format("::{} {}title={}::{}\n", note.level, note.where,
                     escape_command(escape_for_terminal(note.title), true),
                     escape_command(note.message, false));
}

/// Notes, the worst first, as many as are shown; the last place tells how many found none.
class Annotations {
public:
  void add(const Note& note) {
    ++total_;
    if (auto& kept = kept_of(note.status); kept.size() < kMostNotes) {
      kept.push_back(note);
    }
  }

  /// Before all others, also where these fill every place.
  void add_first(const Note& note) {
    ++total_;
    auto& kept = kept_of(note.status);
    kept.insert(kept.begin(), note);
    kept.resize(std::min(kept.size(), kMostNotes));
  }

  /// Counts what is not kept.
  void omit(std::uint64_t count) { total_ += count; }

  /// The notes that are shown in their order, and one about the others, `N <what>`. That has the
  /// level of the worst of the `rest`, or of all.
  [[nodiscard]] std::string text(std::string_view what, std::string_view more, bool worst) const {
    std::vector<Note> notes;
    for (const auto& kept : kept_) {
      notes.insert(notes.end(), kept.begin(), kept.end());
    }
    const auto fitting =
        total_ > kMostNotes ? std::min(kMostNotes - 1, notes.size()) : notes.size();
    std::string text;
    for (std::size_t i = 0; i < fitting; ++i) {
      text += annotation(notes[i]);
    }
    if (fitting < total_) {
      text += annotation(
          {.level = notes[worst ? 0 : fitting].level,
           .title = "fogis-redis",
           .message = fmt::format("{} {}; see the log", count_of(total_ - fitting, what), more)});
    }
    return text;
  }

private:
  std::vector<Note>& kept_of(Status status) {
    return kept_[status == Status::fail || status == Status::error ? 0
                 : status == Status::warn                          ? 1
                                                                   : 2];
  }

  std::array<std::vector<Note>, 3> kept_;
  std::uint64_t total_ = 0;
};

/// Empty where there is nothing to tell: a skipped check is no news unless the policy refuses it.
std::string_view level_of(Status status, const checks::Policy& policy) {
  switch (status) {
    case Status::pass:
      return {};
    case Status::warn:
      return policy.strict ? "error" : "warning";
    case Status::skip:
      return policy.strict ? "error" : "";
    default:
      return "error";
  }
}

Note note_of(const CheckReport& check, Status status, const checks::Policy& policy) {
  const auto& result = check.result;
  auto message = escape_for_terminal(result.cause.empty() ? result.summary : result.cause);
  if (!result.hint.empty()) {
    message += "\nhint: " + escape_for_terminal(result.hint);
  }
  return {.status = status,
          .level = level_of(status, policy),
          .title = "fogis-redis " + row_id(check),
          .message = std::move(message)};
}

Note note_of(const CheckReport& check, const checks::Issue& finding, const checks::Policy& policy) {
  std::string message;
  for (const auto& part : finding_parts(finding)) {
    message += fmt::format("{}{}{}{}", message.empty() ? "" : "\n", part.label,
                           part.label.empty() ? "" : ": ", escape_for_terminal(part.text));
  }
  return {.status = finding.status,
          .level = level_of(finding.status, policy),
          .title = fmt::format("fogis-redis {} {}", row_id(check), finding.id),
          .message = std::move(message)};
}

/// `file=…,line=…,` for a file that GitHub can show.
std::string property_of(std::string_view file, std::size_t line) {
  return file == "-" ? std::string()
                     : fmt::format("file={},line={},",
                                   escape_command(escape_for_terminal(file), true), line);
}

Note note_of(const JudgedMessage& message, std::size_t index) {
  const auto& finding = message.judgement.findings[index];
  const bool is_error = finding.severity == message::Severity::error;
  return {.status = is_error ? Status::fail : Status::warn,
          .level = is_error ? "error" : "warning",
          .where = property_of(message.file, message.lines[index]),
          .title = "fogis-redis " + rule_of(finding),
          .message = fmt::format("{}{}{}\n{}\nhint: {}", finding.pointer,
                                 finding.pointer.empty() ? "" : ": ", finding.found,
                                 finding.consequence, finding.hint)};
}

class MessageGithub : public MessageReport {
public:
  explicit MessageGithub(const MessageSink& sink) : out_(&sink.out) {}

  void add(const JudgedMessage& message) override {
    for (std::size_t i = 0; i < message.judgement.findings.size(); ++i) {
      notes_.add(note_of(message, i));
    }
    notes_.omit(message.judgement.omitted());
  }

  void end_file(const JudgedFile& file) override {
    if (file.error) {
      // It weighs more than what was found in other files.
      notes_.add_first({.level = "error",
                        .where = property_of(file.name, 1),
                        .title = "fogis-redis",
                        .message = escape_for_terminal(describe(*file.error))});
    }
  }

  void end(const JudgedRun& run) override {
    out_->write(notes_.text("finding", "more", true) +
                fmt::format("{} {}\n", verdict_word(run), run_text(run)));
  }

private:
  Writer* out_;
  Annotations notes_;
};

}  // namespace

std::string report_github(const CheckView& view) {
  const auto& [report, policy, statistics, style] = view;
  Annotations notes;
  for (const auto& check : report.checks) {
    const auto status = counted_status(report, check);
    for (const auto& finding : check.result.findings) {
      notes.add(note_of(check, finding, policy));
    }
    if ((check.result.findings.empty() || has_own_cause(check.result)) &&
        !level_of(status, policy).empty()) {
      notes.add(note_of(check, status, policy));
    }
  }
  return notes.text("check", "more did not pass", false) +
         fmt::format("{} {}\n", verdict_word(report, policy), summary_line(report));
}

std::unique_ptr<MessageReport> message_github(const MessageSink& sink) {
  return std::make_unique<MessageGithub>(sink);
}

}  // namespace fogis::output
