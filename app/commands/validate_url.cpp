// validate-url: what a Redis URL says, what is wrong with it, who would read it otherwise.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/input.hpp"
#include "cli/exit_code.hpp"
#include "cli/target.hpp"
#include "commands/commands.hpp"
#include "config/redis_url.hpp"
#include "output/url_report.hpp"
#include "redis/client.hpp"
#include "redis/server_error.hpp"

namespace fogis::commands {
namespace {

using output::CheckedUrl;

/// More than anybody's list of URLs; keeps a wrong file from filling the memory.
constexpr std::size_t kMostInput = std::size_t{16} << 20U;

struct UrlOptions {
  std::vector<std::string> urls;
  bool connect = false;
};

Error url_usage_error(std::string message, std::string hint) {
  return make_error(ErrorKind::usage, Phase::usage, std::move(message), std::move(hint));
}

/// All of stdin. Ends early when a stop is requested.
Result<std::string> read_input(const StopEvent& stop) {
  auto text = Input::read_whole("-", stop, {.largest = kMostInput});
  if (!text && text.error().kind == ErrorKind::usage) {
    return failure(url_usage_error(text.error().message, "give it a list of URLs, one per line"));
  }
  return text;
}

CheckedUrl check(std::string_view text, std::optional<std::size_t> line) {
  return {.written = std::string(text),
          .report = config::parse_redis_url(text),
          .line = line,
          .connect = std::nullopt};
}

/// One URL a line; blank lines are nothing.
void check_lines(std::string_view text, std::vector<CheckedUrl>& checked) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (!line.empty()) {
      checked.push_back(check(line, number));
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

Result<std::vector<CheckedUrl>> check_all(const UrlOptions& options, const StopEvent& stop) {
  std::vector<CheckedUrl> checked;
  bool stdin_read = false;
  for (const auto& url : options.urls) {
    if (url != "-") {
      checked.push_back(check(url, std::nullopt));
      continue;
    }
    if (std::exchange(stdin_read, true)) {
      return failure(
          url_usage_error("\"-\" is given more than once", "stdin can be read only once"));
    }
    TRY_ASSIGN(const auto input, read_input(stop));
    check_lines(input, checked);
  }
  if (checked.empty()) {
    return failure(stdin_read
                       ? url_usage_error("stdin holds no URL", "write one URL per line")
                       : url_usage_error("no URL given",
                                         "write fogis-redis validate-url URL, or - for stdin"));
  }
  return checked;
}

/// Connects as any other command would with this URL.
output::ConnectOutcome connect(const cli::Session& session, const CheckedUrl& url) {
  auto command_line = session.options.connection;
  command_line.url = url.written;
  const auto resolution = config::resolve(command_line, session.environment);
  output::ConnectOutcome outcome;
  if (!resolution.errors.empty()) {
    outcome.error = resolution.errors.front();
    return outcome;
  }
  const auto& config = resolution.config;
  outcome.endpoint = config.connection.endpoint();
  redis::Client client(
      config.connection,
      cli::connect_with<redis::Client::Options>(config, cli::asked_retries(config)), &session.stop);
  const auto reply = client.command({"PING"}, redis::Repeat::if_unsure);
  if (!reply) {
    outcome.error = reply.error();
  } else if (reply->is_error()) {
    outcome.error = redis::to_error(*reply, Phase::command, outcome.endpoint,
                                    config.connection.password.value_or(Secret()));
  } else if (auto lease = client.lease()) {
    outcome.server = (*lease)->report().server.text();
  }
  return outcome;
}

/// 1 when a URL is invalid; else what the first failed connection means.
int verdict(const cli::Session& session, const std::vector<CheckedUrl>& urls) {
  int code = cli::exit_code::kSuccess;
  for (const auto& url : urls) {
    if (!url.report.faults.empty()) {
      return cli::exit_code::kNegative;
    }
    if (code == cli::exit_code::kSuccess && url.connect && url.connect->error) {
      code = cli::exit_code_of(*url.connect->error, session.stop);
    }
  }
  return code;
}

bool is_worth_showing(const CheckedUrl& url, bool quiet) {
  return !quiet || !url.report.faults.empty() || (url.connect && url.connect->error);
}

int run_validate_url(cli::Session& session, const UrlOptions& options) {
  if (session.options.ephemeral) {
    return session.fail(url_usage_error("validate-url does not use --ephemeral",
                                        "leave it out; the URLs say where to connect"));
  }
  auto checked = check_all(options, session.stop);
  if (!checked) {
    return session.fail(checked.error());
  }
  for (auto& url : *checked) {
    if (options.connect && url.report.faults.empty() && !session.stop.requested()) {
      url.connect = connect(session, url);
    }
    if (session.format == output::Format::text && is_worth_showing(url, session.console.quiet())) {
      session.out.write(output::url_text(url, session.style));
    }
  }
  if (session.format == output::Format::json) {
    session.out.write(output::urls_json(*checked));
  }
  return session.stop.requested() ? cli::exit_code_of(session.stop) : verdict(session, *checked);
}

cli::Run declare_validate_url(cli::OptionSet options) {
  const auto values = std::make_shared<UrlOptions>();
  options
      .arguments("URL... | -", values->urls, "URLs to check; - reads them from stdin, one per line")
      .flag("--connect", values->connect, "also connect to each valid URL and send PING");
  return [values](cli::Session& session) { return run_validate_url(session, *values); };
}

constexpr cli::Example kValidateUrlExamples[] = {
    {"validate-url redis://localhost:6379/0", "check this URL"},
    {"validate-url \"$REDIS_URL\" --connect", "check it, and whether a server answers"},
    {"validate-url --json - < urls.txt", "check a list; passwords are masked"},
};

}  // namespace

constinit const cli::Command kValidateUrl{
    .name = "validate-url",
    .summary = "show the parts of a Redis URL, and what is wrong with it",
    .description =
        "Parses each URL without connecting. Marks each error at its position, with what to "
        "write instead, and each part that redis-cli or redis-py would read differently. Masks "
        "passwords. Exit code 1: a URL is invalid.",
    .examples = kValidateUrlExamples,
    .formats = output::kPlainFormats,
    .declare = declare_validate_url,
};

}  // namespace fogis::commands
