// What the server answers with.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fogis::http {

/// A page. The body is shared, so that a thousand readers of the same text hold it once.
struct ServerResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::shared_ptr<const std::string> body;  ///< null: empty
  /// Further fields, or other values for those that every answer has (see response_head).
  std::vector<std::pair<std::string, std::string>> fields = {};
};

/// A plain text of one line.
ServerResponse plain_response(int status, std::string_view line);

/// Status line and header fields with the empty line that ends them. Every answer forbids storing
/// it, guessing its type, framing it and loading anything (Content-Security-Policy), until a field
/// of the response says otherwise.
std::string response_head(const ServerResponse& response, bool keep_alive,
                          std::chrono::system_clock::time_point now);

}  // namespace fogis::http
