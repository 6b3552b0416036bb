#include "checks/integration/ask_services.hpp"

#include <string>
#include <thread>

#include "checks/integration/service_documents.hpp"
#include "http/probe.hpp"

namespace fogis::checks::integration {
namespace {

/// Asks one service within the time that is left.
class Asking {
public:
  Asking(const http::Url& url, const PatienceForServices& patience, const Deadline& deadline)
      : url_(url), patience_(patience), deadline_(deadline) {}

  [[nodiscard]] Result<http::Response> get(std::string_view path) const {
    return http::get(url_, path, deadline_.within(patience_.answer));
  }
  [[nodiscard]] Result<http::Response> get_slow(std::string_view path) const {
    return http::get(url_, path, deadline_);
  }
  [[nodiscard]] std::string url() const { return url_.text(); }

private:
  const http::Url& url_;
  const PatienceForServices& patience_;
  const Deadline& deadline_;
};

void ask_processor(const Asking& ask, ProcessorClaims& processor) {
  processor.url = ask.url();
  std::string word;
  processor.simple = read_health(ask.get("/health/simple"), word);
  // A service that does not answer one question will not answer the next one.
  if (processor.simple.answered()) {
    processor.health = read_processor_health(ask.get_slow("/health"), processor);
  }
}

void ask_calendar(const Asking& ask, ServiceAnswers& answers) {
  auto& calendar = answers.calendar;
  calendar.url = ask.url();
  calendar.health = read_calendar_health(ask.get("/health"), calendar);
  if (!calendar.health.answered()) {
    return;
  }
  calendar.status = read_redis_status(ask.get("/redis-status"), calendar);
  calendar.stats = read_redis_stats(ask.get("/redis-stats"), calendar);
  calendar.config = read_redis_config(ask.get("/redis-config"), calendar, answers.calendar_redis);
}

}  // namespace

ServiceAnswers ask_services(const Options& options, const PatienceForServices& patience,
                            const StopEvent* stop) {
  const auto deadline = Deadline::after(patience.all, stop);
  ServiceAnswers answers;
  std::thread processor;
  if (options.match_processor) {
    processor = std::thread([&] {
      ask_processor(Asking(*options.match_processor, patience, deadline), answers.processor);
    });
  }
  if (options.calendar) {
    ask_calendar(Asking(*options.calendar, patience, deadline), answers);
  }
  if (processor.joinable()) {
    processor.join();
  }
  return answers;
}

}  // namespace fogis::checks::integration
