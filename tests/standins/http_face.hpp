// The HTTP side of a stand-in: documents that the service would answer, or a fault in their place.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace fogis::standins {

/// What a service answers: a JSON document and its status, made when asked for.
struct Answer {
  int status = 200;
  std::string body;
};
using Answers = std::map<std::string, std::function<Answer()>>;  ///< by path

/// A server on a port of 127.0.0.1 that the kernel chose. Listens from its construction on, on
/// threads of its own, until it is destroyed. `fault` is empty, or one of `html`, `broken-json`,
/// `404`, `500`, `redirect` (for ever, to itself), `redirect-elsewhere` (to another host) and
/// `huge` (a gigabyte): then every path answers so.
class HttpFace {
public:
  HttpFace(Answers answers, const std::string& fault);
  ~HttpFace();
  HttpFace(const HttpFace&) = delete;
  HttpFace& operator=(const HttpFace&) = delete;

  [[nodiscard]] int port() const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fogis::standins
