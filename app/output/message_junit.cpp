#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "output/console.hpp"
#include "output/escape.hpp"
#include "output/message_report.hpp"

namespace fogis::output {
namespace {

/// Of one file; the rest of its messages is counted.
constexpr std::size_t kMostCases = 1000;

std::string finding_text(const JudgedMessage& message, std::size_t index) {
  const auto& finding = message.judgement.findings[index];
  return fmt::format("{}: {} {}: {}\n{}\nhint: {}\n", place_of(message, index), finding.pointer,
                     rule_of(finding), finding.found, finding.consequence, finding.mend);
}

std::string case_text(std::string_view file, std::string_view name, std::string_view content) {
  return fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\">\n{}    </testcase>\n",
                     escape_xml(shown_name(file)), escape_xml(name), content);
}

std::string fault_text(std::string_view element, std::string_view message, std::string_view type,
                       std::string_view body) {
  return fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n", element,
                     escape_xml(message), type, escape_xml(body));
}

/// The findings of a message: the first error speaks for all.
std::string outcome_text(const JudgedMessage& message) {
  const auto& judgement = message.judgement;
  std::string body;
  for (std::size_t i = 0; i < judgement.findings.size(); ++i) {
    body += finding_text(message, i);
  }
  if (judgement.omitted() > 0) {
    body += count_of(judgement.omitted(), "finding") + " more\n";
  }
  if (judgement.valid()) {
    return body.empty() ? body
                        : fmt::format("      <system-out>{}</system-out>\n", escape_xml(body));
  }
  for (const auto& finding : judgement.findings) {
    if (finding.severity == message::Severity::error) {
      return fault_text("failure", fmt::format("{}: {}", rule_of(finding), finding.found),
                        finding.rule, body);
    }
  }
  return fault_text("failure", "more findings than are kept", "invalid", body);
}

/// A suite for each file: a case for each message, or of NDJSON for each one with a finding and one
/// for all others.
class MessageJunit : public MessageReport {
public:
  MessageJunit(Writer& out, const MessageReportOptions& options) : out_(&out), options_(options) {}

  void begin() override {
    out_->write(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites name=\"fogis-redis validate-message\">\n");
  }

  void add(const JudgedMessage& message) override {
    const auto& judgement = message.judgement;
    if (judgement.errors + judgement.warnings == 0) {
      only_kind_ = kind_of(judgement);
      return;
    }
    if (suite_.cases == kMostCases) {
      ++suite_.unlisted;
      suite_.unlisted_invalid += judgement.valid() ? 0 : 1;
      return;
    }
    ++suite_.cases;
    suite_.failures += judgement.valid() ? 0 : 1;
    suite_.text +=
        case_text(message.file, fmt::format("line {}", message.line), outcome_text(message));
  }

  void end_file(const JudgedFile& file) override {
    add_rest(file);
    const auto stamp = format_timestamp(options_.started);
    out_->write(fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" "
        "time=\"{:.6f}\" timestamp=\"{}\">\n",
        escape_xml(shown_name(file.name)), suite_.cases, suite_.failures, file.error ? 1 : 0,
        std::chrono::duration<double>(file.duration).count(),
        stamp.substr(0, std::string_view("2024-05-01T12:00:00").size())));
    out_->write(std::exchange(suite_, {}).text);
    out_->write("  </testsuite>\n");
  }

  void end(const JudgedRun&) override { out_->write("</testsuites>\n"); }

private:
  struct Suite {
    std::string text;
    std::size_t cases = 0;
    std::size_t failures = 0;
    std::uint64_t unlisted = 0;  ///< with a finding, but beyond the bound
    std::uint64_t unlisted_invalid = 0;
  };

  /// The case for what has none of its own yet.
  void add_rest(const JudgedFile& file) {
    const auto rest = file.counts.messages - suite_.cases;
    if (file.error) {
      const auto what = describe(*file.error);
      suite_.text +=
          case_text(file.name, "reading", fault_text("error", what, name(file.error->kind), what));
    } else if (suite_.unlisted_invalid > 0) {
      ++suite_.failures;
      const auto what = fmt::format("{} more are invalid", suite_.unlisted_invalid);
      suite_.text += case_text(file.name, fmt::format("{} more messages", rest),
                               fault_text("failure", what, "invalid", what));
    } else if (file.counts.messages == 0) {
      ++suite_.failures;
      suite_.text += case_text(file.name, "reading",
                               fault_text("failure", "no message", "invalid", "no message"));
    } else if (rest > 0) {
      const auto title = file.layout == Input::Layout::whole
                             ? only_kind_
                             : count_of(rest, "message") + " without a finding";
      suite_.text += case_text(file.name, title, "");
    } else {
      return;
    }
    ++suite_.cases;
  }

  Writer* out_;
  MessageReportOptions options_;
  Suite suite_;
  std::string only_kind_;
};

}  // namespace

std::unique_ptr<MessageReport> make_message_junit(Writer& out,
                                                  const MessageReportOptions& options) {
  return std::make_unique<MessageJunit>(out, options);
}

}  // namespace fogis::output
