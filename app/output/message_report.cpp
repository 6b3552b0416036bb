#include "output/message_report.hpp"

#include <fmt/format.h>

#include "base/duration.hpp"
#include "base/text.hpp"

namespace fogis::output {

void MessageCounts::add(const message::Judgement& judgement) {
  ++messages;
  invalid += judgement.valid() ? 0 : 1;
  warned += judgement.valid() && judgement.warnings > 0 ? 1 : 0;
  errors += judgement.errors;
  warnings += judgement.warnings;
}

void MessageCounts::add(const MessageCounts& other) {
  messages += other.messages;
  invalid += other.invalid;
  warned += other.warned;
  errors += other.errors;
  warnings += other.warnings;
}

bool JudgedRun::passed() const {
  return !interrupted && unreadable == 0 && counts.messages > 0 && counts.invalid == 0;
}

std::string_view shown_name(std::string_view file) {
  return file == "-" ? "stdin" : file;
}

std::string place_of(const JudgedMessage& message, std::size_t finding) {
  return fmt::format("{}:{}", shown_name(message.file), message.lines[finding]);
}

std::string rule_of(const message::Finding& finding) {
  return finding.ref.empty() ? std::string(finding.rule)
                             : fmt::format("{} ({})", finding.rule, finding.ref);
}

std::string kind_of(const message::Judgement& judgement) {
  if (!judgement.type) {
    return "no known type";
  }
  // The types with one shape are called like it.
  return *judgement.type == message::Type::match_updates && judgement.shape
             ? fmt::format("{}, {}", message::name(*judgement.type),
                           message::name(*judgement.shape))
             : std::string(message::name(*judgement.type));
}

std::string counts_text(const MessageCounts& counts) {
  if (counts.messages == 0) {
    return "no message";
  }
  std::string text = count_of(counts.messages, "message") + ":";
  if (counts.invalid < counts.messages) {
    text += fmt::format(" {} valid", counts.messages - counts.invalid);
  }
  if (counts.invalid > 0) {
    text +=
        fmt::format("{} {} invalid", counts.invalid < counts.messages ? "," : "", counts.invalid);
  }
  if (counts.errors + counts.warnings > 0) {
    text += fmt::format("; {}, {}", count_of(counts.errors, "error"),
                        count_of(counts.warnings, "warning"));
  }
  return text;
}

checks::Status status_of(const MessageCounts& counts) {
  if (counts.invalid > 0 || counts.messages == 0) {
    return checks::Status::fail;
  }
  return counts.warnings > 0 ? checks::Status::warn : checks::Status::pass;
}

std::string run_text(const JudgedRun& run) {
  auto text = counts_text(run.counts);
  text += fmt::format("; {}", count_of(run.files, "file"));
  if (run.unreadable > 0) {
    text += fmt::format(", {} unreadable", run.unreadable);
  }
  return text + fmt::format("; in {}", format_duration(run.duration));
}

std::string_view verdict_word(const JudgedRun& run) {
  if (run.interrupted) {
    return "INTERRUPTED";
  }
  return run.passed() ? "PASS" : "FAIL";
}

}  // namespace fogis::output
