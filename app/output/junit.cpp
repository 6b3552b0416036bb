#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "output/console.hpp"
#include "output/escape.hpp"
#include "output/layout.hpp"
#include "output/message_report.hpp"
#include "output/report.hpp"

namespace fogis::output {
namespace {

using checks::CheckReport;
using checks::Status;

std::string seconds_of(std::chrono::nanoseconds span) {
  return fmt::format("{:.6f}", std::chrono::duration<double>(span).count());
}

/// What became of a test case.
struct Outcome {
  std::string_view element = {};  ///< failure, error, skipped, system-out, or empty: passed
  std::string message = {};
  std::string_view type = {};
  std::string body = {};
};

std::string text_of(const Outcome& outcome) {
  if (outcome.element.empty()) {
    return {};
  }
  const auto body = escape_xml(outcome.body);
  const auto message = escape_xml(outcome.message);
  if (outcome.element == "system-out") {
    return fmt::format("      <system-out>{}</system-out>\n", body);
  }
  if (outcome.element == "skipped") {
    return fmt::format("      <skipped message=\"{}\"/>\n", message);
  }
  return fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n", outcome.element,
                     message, outcome.type, body);
}

/// ISO 8601 without fraction and zone, in UTC: the form that strict readers want.
std::string junit_timestamp(std::chrono::system_clock::time_point moment) {
  return format_timestamp(moment).substr(0, std::string_view("2024-05-01T12:00:00").size());
}

constexpr std::string_view kHead =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"";

/// Test cases, counted by their outcome.
class Suite {
public:
  void add(std::string_view group, std::string_view name, std::string_view seconds,
           const Outcome& outcome) {
    ++cases_;
    failures_ += outcome.element == "failure" ? 1 : 0;
    errors_ += outcome.element == "error" ? 1 : 0;
    skipped_ += outcome.element == "skipped" ? 1 : 0;
    text_ +=
        fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{}\">\n{}    </testcase>\n",
                    escape_xml(group), escape_xml(name), seconds, text_of(outcome));
  }

  [[nodiscard]] std::size_t cases() const { return cases_; }

  [[nodiscard]] std::string figures(std::chrono::nanoseconds duration) const {
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{}")", cases_,
                       failures_, errors_, skipped_, seconds_of(duration));
  }

  [[nodiscard]] std::string text(std::string_view name, std::chrono::nanoseconds duration,
                                 std::chrono::system_clock::time_point started,
                                 std::string_view properties) const {
    return fmt::format("  <testsuite name=\"{}\" {} timestamp=\"{}\">\n{}{}  </testsuite>\n",
                       escape_xml(name), figures(duration), junit_timestamp(started), properties,
                       text_);
  }

private:
  std::string text_;
  std::size_t cases_ = 0;
  std::size_t failures_ = 0;
  std::size_t errors_ = 0;
  std::size_t skipped_ = 0;
};

/// The element for a check, as the policy judges it; empty for one that is accepted.
std::string_view element_of(Status status, const checks::Policy& policy) {
  switch (status) {
    case Status::pass:
      return {};
    case Status::warn:
      return policy.strict ? "failure" : "";
    case Status::skip:
      return policy.strict ? "failure" : "skipped";
    case Status::fail:
      return "failure";
    case Status::error:
      break;
  }
  return "error";
}

std::string body_of(const CheckReport& check) {
  const auto& result = check.result;
  std::string text = result.cause.empty() ? result.summary : result.cause;
  for (const auto& finding : result.findings) {
    text += "\n" + finding_text(finding);
  }
  if (!result.hint.empty() && (result.findings.empty() || has_own_cause(result))) {
    text += fmt::format("\nhint: {}", result.hint);
  }
  for (const auto& channel : result.channels) {
    text += fmt::format("\n{}: listeners {}, messages {}, {}", channel.channel,
                        known(channel.listeners), known(channel.messages), channel.verdict);
  }
  for (const auto& detail : result.details) {
    text += fmt::format("\n{}: {}", detail.name, detail_text(detail.value));
  }
  return text;
}

Outcome outcome_of(const CheckReport& check, Status status, const checks::Policy& policy) {
  const auto& result = check.result;
  const auto element = element_of(status, policy);
  if (element.empty()) {
    return result.status == Status::warn
               ? Outcome{.element = "system-out", .body = "warning: " + body_of(check)}
               : Outcome{};
  }
  return {.element = element,
          .message = result.cause.empty() ? result.summary : result.cause,
          .type = result.error ? name(result.error->kind) : checks::name(result.status),
          .body = body_of(check)};
}

/// Of one file; the rest of its messages is counted.
constexpr std::size_t kMostCases = 1000;

std::string finding_body(const JudgedMessage& message, std::size_t index) {
  const auto& finding = message.judgement.findings[index];
  return fmt::format("{}: {} {}: {}\n{}\nhint: {}\n", place_of(message, index), finding.pointer,
                     rule_of(finding), finding.found, finding.consequence, finding.hint);
}

/// The findings of a message: the first error speaks for all.
Outcome outcome_of(const JudgedMessage& message) {
  const auto& judgement = message.judgement;
  std::string body;
  for (std::size_t i = 0; i < judgement.findings.size(); ++i) {
    body += finding_body(message, i);
  }
  if (judgement.omitted() > 0) {
    body += count_of(judgement.omitted(), "finding") + " more\n";
  }
  if (judgement.valid()) {
    return {.element = body.empty() ? "" : "system-out", .body = std::move(body)};
  }
  for (const auto& finding : judgement.findings) {
    if (finding.severity == message::Severity::error) {
      return {.element = "failure",
              .message = fmt::format("{}: {}", rule_of(finding), finding.found),
              .type = finding.rule,
              .body = std::move(body)};
    }
  }
  return {.element = "failure",
          .message = "more findings than the limit",
          .type = "invalid",
          .body = std::move(body)};
}

/// A suite for each file: a case for each message, or of NDJSON for each one with a finding and one
/// for all others.
class MessageJunit : public MessageReport {
public:
  explicit MessageJunit(const MessageSink& sink)
      : out_(&sink.out), started_(sink.options.started) {}

  void begin() override { out_->write(fmt::format("{}fogis-redis validate-message\">\n", kHead)); }

  void add(const JudgedMessage& message) override {
    const auto& judgement = message.judgement;
    if (judgement.errors + judgement.warnings == 0) {
      only_kind_ = kind_of(judgement);
    } else if (suite_.cases() == kMostCases) {
      unlisted_invalid_ += judgement.valid() ? 0 : 1;
    } else {
      add_case(message.file, fmt::format("line {}", message.line), outcome_of(message));
    }
  }

  void end_file(const JudgedFile& file) override {
    add_rest(file);
    out_->write(std::exchange(suite_, {}).text(shown_name(file.name), file.duration, started_, ""));
    unlisted_invalid_ = 0;
  }

  void end(const JudgedRun&) override { out_->write("</testsuites>\n"); }

private:
  void add_case(std::string_view file, std::string_view name, const Outcome& outcome) {
    suite_.add(shown_name(file), name, "0", outcome);
  }

  /// The case for what has none of its own yet.
  void add_rest(const JudgedFile& file) {
    const auto rest = file.counts.messages - suite_.cases();
    const auto add_fault = [&](std::string_view element, std::string_view name,
                               std::string_view type, const std::string& what) {
      add_case(file.name, name, {.element = element, .message = what, .type = type, .body = what});
    };
    if (file.error) {
      add_fault("error", "reading", name(file.error->kind), describe(*file.error));
    } else if (unlisted_invalid_ > 0) {
      add_fault("failure", fmt::format("{} more messages", rest), "invalid",
                fmt::format("{} more invalid", unlisted_invalid_));
    } else if (file.counts.messages == 0) {
      add_fault("failure", "reading", "invalid", "no message");
    } else if (rest > 0) {
      add_case(file.name,
               file.layout == Input::Layout::whole
                   ? only_kind_
                   : count_of(rest, "message") + " without a finding",
               {});
    }
  }

  Writer* out_;
  std::chrono::system_clock::time_point started_;
  Suite suite_;
  std::uint64_t unlisted_invalid_ = 0;  ///< with a finding, but beyond the bound
  std::string only_kind_;
};

}  // namespace

std::string report_junit(const CheckView& view) {
  const auto& report = view.report;
  Suite suite;
  for (const auto& check : report.checks) {
    suite.add("fogis-redis." + report.kind, row_id(check), seconds_of(check.duration),
              outcome_of(check, counted_status(report, check), view.policy));
  }
  const auto properties = fmt::format(
      "    <properties>\n"
      "      <property name=\"endpoint\" value=\"{}\"/>\n"
      "      <property name=\"server\" value=\"{}\"/>\n"
      "    </properties>\n",
      escape_xml(report.endpoint), escape_xml(report.server));
  return fmt::format(
      "{}fogis-redis\" {}>\n{}</testsuites>\n", kHead, suite.figures(report.duration),
      suite.text("fogis-redis " + report.kind, report.duration, report.started, properties));
}

std::unique_ptr<MessageReport> message_junit(const MessageSink& sink) {
  return std::make_unique<MessageJunit>(sink);
}

}  // namespace fogis::output
