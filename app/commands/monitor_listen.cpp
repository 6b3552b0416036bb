#include "commands/monitor_listen.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "base/deadline.hpp"
#include "base/random.hpp"
#include "base/timestamp.hpp"
#include "http/server.hpp"
#include "monitor/sampler.hpp"
#include "output/exporter.hpp"
#include "output/page.hpp"

namespace fogis::commands {
namespace {

using Clock = std::chrono::steady_clock;
using monitor::EventKind;
using monitor::Report;

/// Room for a slow machine beside the samples' own time limits.
constexpr auto kGrace = std::chrono::seconds(2);
/// A report is rendered at most so often, however many ask for it.
constexpr auto kReportLife = std::chrono::milliseconds(100);
constexpr std::size_t kNonceDigits = 32;

http::ServerResponse page_of(int status, std::string content_type, std::string body) {
  http::ServerResponse response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

/// Answers requests from the latest sample. Its pages run on the server's thread.
class Exporter {
public:
  Exporter(const ListenPlan& plan, const monitor::Sampler& sampler)
      : sampler_(sampler),
        endpoint_(plan.connection.endpoint()),
        interval_(plan.interval),
        stale_after_(2 * plan.interval + plan.collector.timeouts.connect +
                     plan.collector.timeouts.operation + kGrace) {}

  /// The server whose counters belong into the metrics; it must live as long as requests come.
  void count(const http::Server* server) { server_ = server; }

  http::Server::Routes routes() {
    return {{"/", [this](const auto&) { return page(); }},
            {"/metrics", [this](const auto&) { return metrics(); }},
            {"/health", [this](const auto&) { return health(); }},
            {"/api/v1/report", [this](const auto&) { return report(); }}};
  }

  /// The report that is true now.
  [[nodiscard]] Report current() const {
    const auto latest = sampler_.latest();
    return latest ? output::report_unless_stale(*latest, facts(latest.get()))
                  : output::report_before_first_look(endpoint_);
  }

  /// When the latest sample will say nothing any more.
  [[nodiscard]] Clock::time_point stale_at() const {
    const auto latest = sampler_.latest();
    return (latest ? latest->finished : begun_) + stale_after_;
  }

private:
  [[nodiscard]] output::ExporterFacts facts(const Report* latest) const {
    output::ExporterFacts facts;
    facts.interval = interval_;
    facts.stale_after = stale_after_;
    if (latest != nullptr) {
      const auto now = Clock::now();
      facts.sample_age = now - latest->finished;
      if (latest->answered) {
        facts.answered_age = now - *latest->answered;
      }
    }
    facts.scrapes = scrapes_;
    if (server_ != nullptr) {
      facts.http = server_->counts();
    }
    return facts;
  }

  http::ServerResponse page() const {
    const auto nonce = random_hex(kNonceDigits);
    auto response = page_of(200, "text/html; charset=utf-8", output::page_html(nonce));
    response.fields.emplace_back("Content-Security-Policy", output::page_policy(nonce));
    return response;
  }

  http::ServerResponse metrics() {
    ++scrapes_;
    const auto latest = sampler_.latest();
    return page_of(200, "text/plain; version=0.0.4; charset=utf-8",
                   output::exporter_metrics_text(current(), facts(latest.get())));
  }

  http::ServerResponse health() const {
    const auto latest = sampler_.latest();
    const auto now = current();
    return page_of(output::health_status(now.verdict.health), "application/json",
                   output::exporter_health_json(now, facts(latest.get())));
  }

  http::ServerResponse report() {
    if (!report_.body || Clock::now() - report_made_ > kReportLife) {
      const auto latest = sampler_.latest();
      report_ =
          page_of(200, "application/json",
                  output::exporter_report_json(current(), sampler_.history(), facts(latest.get())));
      report_made_ = Clock::now();
    }
    return report_;
  }

  const monitor::Sampler& sampler_;
  std::string endpoint_;
  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds stale_after_;
  Clock::time_point begun_ = Clock::now();
  const http::Server* server_ = nullptr;
  std::uint64_t scrapes_ = 0;
  http::ServerResponse report_;
  Clock::time_point report_made_;
};

void tell_address(cli::Session& session, const http::ListenAddress& address) {
  session.console.note(fmt::format("listening on {}", address.url()));
  if (!address.is_loopback()) {
    session.console.note(
        "anyone who can reach this address can read the report; there is no password");
  }
}

/// What a person at the terminal or a log should know of the samples, while it happens.
class Teller {
public:
  Teller(cli::Session& session, monitor::Sampler& sampler, const Exporter& exporter)
      : session_(&session), sampler_(&sampler), exporter_(&exporter) {}

  /// Until a stop is requested or the server has ended.
  void run(const std::atomic<bool>& server_ended) {
    while (!server_ended) {
      // A sample that hangs wakes nobody.
      const auto deadline = hangs_ ? Deadline::never(&session_->stop)
                                   : Deadline::at(exporter_->stale_at(), &session_->stop);
      switch (deadline.wait(sampler_->descriptor(), POLLIN)) {
        case WaitOutcome::ready:
          tell_news();
          break;
        case WaitOutcome::expired:
          tell_hang();
          break;
        default:
          return;
      }
    }
  }

private:
  void tell(const monitor::Event& event) {
    session_->console.note(
        fmt::format("{} {}: {}", format_timestamp(event.at), name(event.kind), event.text));
    hangs_ = hangs_ && event.kind != EventKind::restored;
  }

  void tell_news() {
    for (const auto& event : sampler_->acknowledge()) {
      tell(event);
    }
    const auto report = sampler_->latest();
    if (hangs_ && !report->error) {
      tell({report->taken, EventKind::restored, "a sample has completed"});
    }
    if (!begun_ && report->error) {
      session_->console.note(fmt::format("{}; retrying", output::describe(*report->error)));
    }
    begun_ = true;
    hangs_ = false;
  }

  void tell_hang() {
    const auto now = exporter_->current();
    if (now.error && Clock::now() > exporter_->stale_at()) {
      tell({std::chrono::system_clock::now(), EventKind::lost, now.error->message});
      hangs_ = true;
    }
  }

  cli::Session* session_;
  monitor::Sampler* sampler_;
  const Exporter* exporter_;
  bool begun_ = false;  ///< whether a sample is over
  bool hangs_ = false;  ///< whether that was told
};

}  // namespace

Result<Report> listen(cli::Session& session, const ListenPlan& plan) {
  TRY_ASSIGN(const auto sampler,
             monitor::Sampler::start(plan.connection, plan.collector, plan.interval));
  Exporter exporter(plan, *sampler);
  TRY_ASSIGN(auto server, http::Server::listen(plan.address, exporter.routes()));
  exporter.count(&server);
  tell_address(session, server.address());
  Result<void> served;
  std::atomic<bool> ended = false;
  std::thread serving([&] {
    served = server.serve(session.stop);
    ended = true;
  });
  Teller(session, *sampler, exporter).run(ended);
  serving.join();
  TRY(std::move(served));
  return exporter.current();
}

}  // namespace fogis::commands
