#include "standins/http_face.hpp"

#include <httplib.h>

#include <thread>
#include <utility>

namespace fogis::standins {
namespace {

constexpr std::size_t kGigabyte = std::size_t{1} << 30U;

void send_gigabyte(httplib::Response& response) {
  response.set_content_provider(
      kGigabyte, "application/json", [](std::size_t offset, std::size_t, httplib::DataSink& sink) {
        static const std::string kChunk(std::size_t{64} << 10U, ' ');
        return sink.write(kChunk.data(), std::min(kChunk.size(), kGigabyte - offset));
      });
}

void answer_with(const std::string& fault, const httplib::Request& request,
                 httplib::Response& response) {
  if (fault == "html") {
    response.set_content("<!doctype html><html><body>Welcome</body></html>", "text/html");
  } else if (fault == "broken-json") {
    response.set_content(R"({"status": "healthy", )", "application/json");
  } else if (fault == "redirect") {
    response.set_redirect(request.path);
  } else if (fault == "redirect-elsewhere") {
    response.set_redirect("http://elsewhere.invalid" + request.path);
  } else if (fault == "huge") {
    send_gigabyte(response);
  } else {
    response.status = fault == "500" ? 500 : 404;
    response.set_content(R"({"error": "invented"})", "application/json");
  }
}

}  // namespace

struct HttpFace::State {
  httplib::Server server;
  Answers answers;
  int port = -1;
  std::thread thread;
};

HttpFace::HttpFace(Answers answers, const std::string& fault) : state_(std::make_unique<State>()) {
  auto& state = *state_;
  state.answers = std::move(answers);
  state.server.Get(".*",
                   [&state, fault](const httplib::Request& request, httplib::Response& response) {
                     const auto found = state.answers.find(request.path);
                     if (!fault.empty()) {
                       answer_with(fault, request, response);
                     } else if (found == state.answers.end()) {
                       answer_with("404", request, response);
                     } else {
                       const auto answer = found->second();
                       response.status = answer.status;
                       response.set_content(answer.body, "application/json");
                     }
                   });
  state.port = state.server.bind_to_any_port("127.0.0.1");
  state.thread = std::thread([&state] { state.server.listen_after_bind(); });
  state.server.wait_until_ready();
}

HttpFace::~HttpFace() {
  state_->server.stop();
  state_->thread.join();
}

int HttpFace::port() const {
  return state_->port;
}

}  // namespace fogis::standins
