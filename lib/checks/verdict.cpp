#include "checks/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace fogis::checks {
namespace {

CheckResult make(Status status, std::string&& summary, std::string&& cause, std::string&& hint) {
  CheckResult result;
  result.status = status;
  result.summary = std::move(summary);
  result.cause = std::move(cause);
  result.hint = std::move(hint);
  return result;
}

std::pair<Status, std::string_view> judge(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::interrupted:
      return {Status::skip, "interrupted"};
    case ErrorKind::forbidden:
      return {Status::skip, "not permitted"};
    case ErrorKind::not_ready:
      return {Status::fail, "the server is not ready for it"};
    case ErrorKind::rejected:
      return {Status::fail, "the server refused a command"};
    case ErrorKind::protocol:
      return {Status::fail, "the server violated the protocol"};
    case ErrorKind::timed_out:
      return {Status::error, "no answer in time"};
    case ErrorKind::disconnected:
      return {Status::error, "connection lost"};
    case ErrorKind::unauthenticated:
      return {Status::error, "not authenticated"};
    case ErrorKind::unreachable:
    case ErrorKind::not_resolved:
      return {Status::error, "cannot connect"};
    case ErrorKind::untrusted:
      return {Status::error, "the server is not trusted"};
    default:
      return {Status::error, "could not be run"};
  }
}

/// Position in the order of gravity.
int gravity(Status status) {
  constexpr std::array<Status, 5> kOrder{Status::pass, Status::skip, Status::warn, Status::error,
                                         Status::fail};
  return static_cast<int>(std::find(kOrder.begin(), kOrder.end(), status) - kOrder.begin());
}

void append(std::string& list, std::string_view item) {
  if (!list.empty() && !item.empty()) {
    list += "; ";
  }
  list += item;
}

}  // namespace

CheckResult passed(std::string summary) {
  return make(Status::pass, std::move(summary), {}, {});
}

CheckResult warned(std::string summary, std::string cause, std::string hint) {
  return make(Status::warn, std::move(summary), std::move(cause), std::move(hint));
}

CheckResult failed(std::string summary, std::string cause, std::string hint) {
  return make(Status::fail, std::move(summary), std::move(cause), std::move(hint));
}

CheckResult skipped(std::string summary, std::string cause, std::string hint) {
  return make(Status::skip, std::move(summary), std::move(cause), std::move(hint));
}

CheckResult verdict_of(const Error& error) {
  const auto [status, summary] = judge(error.kind);
  auto cause = error.kind == ErrorKind::interrupted ? std::string("interrupted") : error.message;
  auto result = make(status, std::string(summary), std::move(cause), std::string(error.hint));
  result.error = error;
  return result;
}

bool is_connection_failure(const Error& error) {
  switch (error.kind) {
    case ErrorKind::not_resolved:
    case ErrorKind::unreachable:
    case ErrorKind::timed_out:
    case ErrorKind::disconnected:
    case ErrorKind::protocol:
    case ErrorKind::unauthenticated:
    case ErrorKind::untrusted:
    case ErrorKind::not_ready:
      return true;
    default:
      return false;
  }
}

void Findings::add(Status status, std::string& cause, std::string& hint) {
  items_.push_back({status, std::move(cause), std::move(hint)});
}

CheckResult Findings::result(std::string summary) const {
  if (items_.empty()) {
    return passed(std::move(summary));
  }
  auto ordered = items_;
  std::stable_sort(ordered.begin(), ordered.end(), [](const Item& left, const Item& right) {
    return gravity(left.status) > gravity(right.status);
  });
  auto result = make(ordered.front().status, std::move(summary), {}, {});
  for (const auto& item : ordered) {
    append(result.cause, item.cause);
    append(result.hint, item.hint);
  }
  return result;
}

}  // namespace fogis::checks
