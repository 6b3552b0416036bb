#include "checks/integration/ask_services.hpp"

#include <thread>

#include "checks/integration/service_documents.hpp"
#include "http/probe.hpp"

namespace fogis::checks::integration {
namespace {

/// A service that does not answer one question will not answer the next one.
bool is_worth_asking(const Endpoint& endpoint) {
  return endpoint.answered();
}

void ask_processor(const http::Url& url, const Deadline& deadline, ProcessorClaims& processor) {
  processor.url = url.text();
  std::string word;
  processor.simple = read_health(http::get(url, "/health/simple", deadline), word);
  if (is_worth_asking(processor.simple)) {
    processor.health = read_health(http::get(url, "/health", deadline), processor.health_word);
  }
}

void ask_calendar(const http::Url& url, const Deadline& deadline, ServiceAnswers& answers) {
  auto& calendar = answers.calendar;
  calendar.url = url.text();
  calendar.health = read_health(http::get(url, "/health", deadline), calendar.health_word);
  if (!is_worth_asking(calendar.health)) {
    return;
  }
  calendar.status = read_redis_status(http::get(url, "/redis-status", deadline), calendar);
  calendar.stats = read_redis_stats(http::get(url, "/redis-stats", deadline), calendar);
  calendar.config = read_redis_config(http::get(url, "/redis-config", deadline), calendar,
                                      answers.calendar_redis);
}

}  // namespace

ServiceAnswers ask_services(const Options& options, const Deadline& deadline) {
  ServiceAnswers answers;
  std::thread processor;
  if (options.match_processor) {
    processor =
        std::thread([&] { ask_processor(*options.match_processor, deadline, answers.processor); });
  }
  if (options.calendar) {
    ask_calendar(*options.calendar, deadline, answers);
  }
  if (processor.joinable()) {
    processor.join();
  }
  return answers;
}

}  // namespace fogis::checks::integration
