// validate-message: what the readers of a message will make of it.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/input.hpp"
#include "cli/exit_code.hpp"
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "message/contract.hpp"
#include "message/locate.hpp"
#include "message/patterns.hpp"
#include "message/record.hpp"
#include "message/schema.hpp"
#include "output/message_report.hpp"
#include "output/progress.hpp"

namespace fogis::commands {
namespace {

using Clock = std::chrono::steady_clock;
using output::Format;

/// Bytes that one byte of a payload takes in a recording at most, and what a line has beside it.
constexpr std::size_t kLongestEscape = 6;
constexpr std::size_t kRecordOverhead = std::size_t{64} << 10U;

constexpr std::uint64_t kLargestBound = std::uint64_t{1} << 30U;

constexpr std::array kReaders = {message::Reader::contract, message::Reader::calendar};

struct MessageOptions {
  std::vector<std::string> files;
  message::JudgeOptions judge;
  std::optional<std::string> print_schema;
  bool ndjson = false;

  [[nodiscard]] Input::Layout layout() const {
    return ndjson ? Input::Layout::lines : Input::Layout::whole;
  }
};

Error usage_error(std::string message, std::string hint) {
  return make_error(ErrorKind::usage, Phase::usage, std::move(message), std::move(hint));
}

/// Why a file cannot be read, and what to do about it.
Error explain(const std::string& name, int errno_value) {
  const bool missing = errno_value == ENOENT || errno_value == ENOTDIR;
  return make_system_error(ErrorKind::usage, Phase::usage,
                           fmt::format("cannot read {}", name == "-"    ? "stdin"
                                                         : name.empty() ? "\"\""
                                                                        : name),
                           errno_value,
                           missing                 ? "check the name and the working directory"
                           : errno_value == EACCES ? "name a file that this user can read"
                                                   : "");
}

/// Opens a file, or stdin, which may be anything. A device by its name could wait for ever or never
/// end.
Result<Input> open_messages(const std::string& name, const MessageOptions& options,
                            const StopEvent& stop) {
  struct stat status {};
  if (name != "-" && ::stat(name.c_str(), &status) == 0 && !S_ISREG(status.st_mode) &&
      !S_ISFIFO(status.st_mode)) {
    const bool is_directory = S_ISDIR(status.st_mode);
    const auto* const kind = is_directory               ? "a directory"
                             : S_ISSOCK(status.st_mode) ? "a socket"
                                                        : "a device";
    return failure(usage_error(
        fmt::format("cannot read {}: it is {}, not a file", name, kind),
        is_directory ? "name the files in it" : "read it as stdin: validate-message - < NAME"));
  }
  return Input::open(name, stop,
                     {.layout = options.layout(),
                      .largest = options.judge.max_size,
                      .pass_larger = true,
                      .skip_blank = true,
                      .explain = explain});
}

/// Judges the files one after the other and hands on what is found.
class Run {
public:
  Run(cli::Session& session, const MessageOptions& options, output::MessageReport& report)
      : session_(&session), options_(&options), report_(&report), progress_(session.console) {}

  void file(const std::string& name) {
    const auto begin = Clock::now();
    output::JudgedFile file{.name = name, .layout = options_->layout()};
    show_progress(name);
    const auto judged = judge_file(name, file);
    progress_.hide();
    file.duration = Clock::now() - begin;
    totals_.counts.add(file.counts);
    ++totals_.files;
    if (!judged && judged.error().kind == ErrorKind::interrupted) {
      totals_.interrupted = true;
    } else if (!judged) {
      ++totals_.unreadable;
      file.error = judged.error();
      session_->console.error(judged.error());
    }
    report_->end_file(file);
  }

  /// Whether there is no sense in going on.
  [[nodiscard]] bool ended() const { return session_->stop.requested() || session_->out.closed(); }

  int end(Clock::time_point begin) {
    totals_.interrupted = totals_.interrupted || session_->stop.requested();
    totals_.duration = Clock::now() - begin;
    report_->end(totals_);
    if (totals_.interrupted) {
      return cli::exit_code_of(session_->stop);
    }
    if (totals_.unreadable > 0) {
      return cli::exit_code::kUsage;
    }
    return totals_.passed() ? cli::exit_code::kSuccess : cli::exit_code::kNegative;
  }

private:
  void show_progress(std::string_view name) {
    progress_.doing(fmt::format("reading {}", output::shown_name(name)));
  }

  Result<void> judge_file(const std::string& name, output::JudgedFile& file) {
    TRY_ASSIGN(auto input, open_messages(name, *options_, session_->stop));
    TRY_ASSIGN(const auto beginning, input.peek(message::kRecordMark.size()));
    const bool is_record = beginning == message::kRecordMark;
    if (is_record) {
      file.layout = Input::Layout::lines;
      input.read_lines(options_->judge.max_size * kLongestEscape + kRecordOverhead);
    }
    message::Judge judge(options_->judge);
    while (!ended()) {
      TRY_ASSIGN(const auto document, input.next());
      if (!document) {
        return {};
      }
      if (is_record) {
        judge_recorded(name, *document, judge, file.counts);
      } else {
        judge_document(name, *document, {}, judge, file.counts);
      }
    }
    return session_->stop.requested() ? failure(interrupted_error(Phase::usage)) : Result<void>();
  }

  /// A line of a recording: the message in it, as its channel's. A line that is no line of a
  /// recording is judged as it stands, which tells what is wrong with it.
  void judge_recorded(std::string_view name, const Input::Part& line, message::Judge& judge,
                      output::MessageCounts& counts) {
    const auto parsed = message::parse_record_line(line.text);
    if (line.too_large || !parsed) {
      judge_document(name, line, {}, judge, counts);
    } else if (const auto* const recorded = std::get_if<message::RecordedMessage>(&*parsed)) {
      const auto size = recorded->payload.size();
      const bool is_too_large = size > options_->judge.max_size;
      judge_document(name,
                     {.text = is_too_large ? std::string_view() : recorded->payload,
                      .size = size,
                      .number = line.number,
                      .too_large = is_too_large},
                     recorded->channel, judge, counts);
    }
  }

  void judge_document(std::string_view name, const Input::Part& document, std::string_view channel,
                      message::Judge& judge, output::MessageCounts& counts) {
    output::JudgedMessage judged{.file = name, .line = document.number, .size = document.size};
    judged.judgement = document.too_large
                           ? message::refuse_too_large(document.size, options_->judge)
                           : judge.judge(document.text, channel);
    judged.lines = message::find_lines(document.text, judged.judgement.findings);
    for (auto& line : judged.lines) {
      // A payload's own lines are none of the recording, which has each message in one.
      line = channel.empty() ? line + document.number - 1 : document.number;
    }
    counts.add(judged.judgement);
    // The line that shows progress must not stand before what is written.
    const bool writes = judged.judgement.errors + judged.judgement.warnings > 0 || writes_each_;
    if (writes) {
      progress_.hide();
    }
    report_->add(judged);
    if (writes) {
      show_progress(name);
    }
  }

  cli::Session* session_;
  const MessageOptions* options_;
  output::MessageReport* report_;
  output::Progress progress_;
  /// Whether something is written about a message without a finding.
  bool writes_each_ = session_->format == Format::json || session_->console.verbose();
  output::JudgedRun totals_;
};

int run_files(cli::Session& session, const MessageOptions& options) {
  const auto begin = Clock::now();
  const auto report = output::row_of(session.format)
                          .messages({.out = session.out,
                                     .style = session.style,
                                     .options = {.reader = options.judge.reader,
                                                 .started = std::chrono::system_clock::now(),
                                                 .quiet = session.console.quiet(),
                                                 .verbose = session.console.verbose()}});
  report->begin();
  Run run(session, options, *report);
  for (const auto& name : options.files) {
    if (run.ended()) {
      break;
    }
    run.file(name);
  }
  return run.end(begin);
}

/// The schema of that name; of a type that has several the newest, which is the last but for what
/// has a suffix.
const message::Schema* choose_schema(std::string_view name) {
  const message::Schema* chosen = message::find_schema(name);
  if (chosen != nullptr) {
    return chosen;
  }
  for (const auto& schema : message::schemas()) {
    const auto version = schema.name.substr(message::name(schema.type).size() + 1);
    if (message::name(schema.type) == name && version.find('-') == std::string_view::npos) {
      chosen = &schema;
    }
  }
  return chosen;
}

/// The names of the schemas, or of those of one type.
std::vector<std::string_view> schema_names(std::optional<message::Type> type) {
  std::vector<std::string_view> names;
  for (const auto& schema : message::schemas()) {
    if (!type || schema.type == *type) {
      names.push_back(schema.name);
    }
  }
  return names;
}

int run_print_schema(cli::Session& session, const std::string& name,
                     const MessageOptions& options) {
  if (session.format != Format::text && session.format != Format::json) {
    return session.fail(usage_error(
        fmt::format("--print-schema has no format \"{}\"", output::name(session.format)),
        fmt::format("write {}; a schema is JSON in both", output::list_of(output::kPlainFormats))));
  }
  if (!options.files.empty()) {
    return session.fail(
        usage_error("--print-schema takes no file",
                    "leave out the file, or leave out --print-schema to validate it"));
  }
  const auto* const schema = choose_schema(name);
  if (schema == nullptr) {
    return session.fail(usage_error(
        fmt::format("--print-schema: no schema \"{}\"", name),
        fmt::format("--print-schema takes {}", cli::list_of(schema_names(std::nullopt)))));
  }
  session.out.write(schema->text);
  if (const auto names = schema_names(schema->type); schema->name != name && names.size() > 1) {
    session.console.note(
        fmt::format("this is {}; there are {}", schema->name, cli::list_of(names)));
  }
  return cli::exit_code::kSuccess;
}

int run_validate_message(cli::Session& session, const MessageOptions& options) {
  if (session.options.ephemeral) {
    return session.fail(
        usage_error("validate-message does not use --ephemeral", "leave it out; it is offline"));
  }
  if (options.print_schema) {
    return run_print_schema(session, *options.print_schema, options);
  }
  if (options.files.empty()) {
    return session.fail(
        usage_error("no file given", "write fogis-redis validate-message FILE, or - for stdin"));
  }
  if (std::ranges::count(options.files, "-") > 1) {
    return session.fail(
        usage_error("\"-\" is given more than once", "stdin can be read only once"));
  }
  return run_files(session, options);
}

/// The value of --now.
Result<std::chrono::system_clock::time_point> moment(const std::string& text) {
  using namespace std::chrono;
  // The system clock counts nanoseconds: they end in the year 2262.
  constexpr sys_time<milliseconds> kEnd = sys_days(year(2262) / 1 / 1);
  const auto time = message::parse_timestamp(text);
  if (!time || time->zone == message::Zone::none || time->moment < sys_time<milliseconds>() ||
      time->moment >= kEnd) {
    return failure(usage_error(fmt::format("--now: \"{}\" is not a moment", text),
                               "--now takes one such as 2030-06-01T12:00:00Z, from 1970 to 2261"));
  }
  return system_clock::time_point(time->moment);
}

cli::Run declare_validate_message(cli::OptionSet options) {
  const auto values = std::make_shared<MessageOptions>();
  options
      .arguments("FILE... | -", values->files,
                 "messages, one per file, or recordings of subscribe --record; - is stdin")
      .flag("--ndjson", values->ndjson, "each line is a message")
      .choice("--as", "TYPE", values->judge.as, message::kTypes, "required message type")
      .choice("--reader", "READER", values->judge.reader, kReaders,
              "contract, or calendar: what the deployed service can handle [default contract]")
      .count("--max-size", "BYTES", values->judge.max_size, {1, kLargestBound},
             "reject larger messages, without holding them in memory [default 16777216]")
      .parsed("--now", "TIME", values->judge.now, moment,
              "judge timestamps as of this moment, such as 2030-06-01T12:00:00Z [default now]")
      .text("--print-schema", "TYPE[-VERSION]", values->print_schema,
            "print a JSON Schema (draft 7) and exit");
  return [values](cli::Session& session) { return run_validate_message(session, *values); };
}

constexpr cli::Example kValidateMessageExamples[] = {
    {"validate-message message.json", "what is wrong with it, and how to fix it"},
    {"validate-message --reader calendar *.json", "will the deployed calendar handle them?"},
    {"validate-message --ndjson --json - < traffic.ndjson", "a stream, one message per line"},
    {"validate-message -o github messages/*.json", "annotations in a workflow"},
    {"validate-message --print-schema match_updates-2.0", "for other validators"},
};

}  // namespace

constinit const cli::Command kValidateMessage{
    .name = "validate-message",
    .summary = "validate messages against the FOGIS contract",
    .description =
        "Reads messages and reports what their readers will do with them, without connecting. "
        "Each finding has file and line, a JSON pointer, the broken rule, the consequence and "
        "how to fix it. Exit code 1: a message is invalid; warnings are allowed.",
    .examples = kValidateMessageExamples,
    .formats = output::kReportFormats,
    .declare = declare_validate_message,
};

}  // namespace fogis::commands
