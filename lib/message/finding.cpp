#include "message/finding.hpp"

namespace fogis::message {

std::string_view name(Severity severity) {
  return severity == Severity::error ? "error" : "warning";
}

std::string_view name(Reader reader) {
  return reader == Reader::calendar ? "calendar" : "contract";
}

}  // namespace fogis::message
