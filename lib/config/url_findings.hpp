// What the parts of the URL parser share: a piece of text that knows where it stands, the list of
// findings, and percent-decoding.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/redis_url.hpp"

namespace fogis::config {

/// A piece of a URL and its byte offset in the whole. Views the text of the caller.
struct UrlPiece {
  std::string_view text;
  std::size_t position = 0;

  [[nodiscard]] UrlPiece sub(std::size_t from, std::size_t count = std::string_view::npos) const {
    return {text.substr(from, count), position + from};
  }
  /// The bytes before the first of `delimiters`, and what follows with the delimiter; the second
  /// is empty when there is none.
  [[nodiscard]] std::pair<UrlPiece, UrlPiece> split_before(std::string_view delimiters) const {
    const auto end = std::min(text.find_first_of(delimiters), text.size());
    return {sub(0, end), sub(end)};
  }
};

/// Collects faults, warnings and notes.
class UrlFindings {
public:
  void fault(const UrlPiece& where, std::string part, std::string code, std::string message,
             std::string hint = {}) {
    faults.push_back({where.position, where.text.size(), std::move(part), std::move(code),
                      std::move(message), std::move(hint)});
  }
  void warn(const UrlPiece& where, std::string part, std::string code, std::string message,
            std::string hint = {}) {
    warnings.push_back({where.position, where.text.size(), std::move(part), std::move(code),
                        std::move(message), std::move(hint)});
  }

  void note(const UrlPiece& where, std::string part, std::string code, std::string message,
            std::string hint = {}) {
    notes.push_back({where.position, where.text.size(), std::move(part), std::move(code),
                     std::move(message), std::move(hint)});
  }

  std::vector<UrlFinding> faults;
  std::vector<UrlFinding> warnings;
  std::vector<UrlFinding> notes;
};

/// `piece` with %XX replaced by the byte it stands for (RFC 3986 section 2.1). Faults `bad-percent`
/// (the text is kept as it is) and `encoded-nul`, and the warning `not-ascii`, are named as being
/// of `part`.
std::string percent_decode(const UrlPiece& piece, const std::string& part, UrlFindings& findings);

/// Whether all of `text` is decimal digits, and there is at least one.
bool is_digits(std::string_view text);

}  // namespace fogis::config
