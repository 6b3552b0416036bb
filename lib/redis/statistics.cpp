#include "redis/statistics.hpp"

namespace fogis::redis {

void Statistics::connection_failed(const Error& error) {
  add(connections_failed_, 1);
  failed(error);
}

void Statistics::failed(const Error& error) {
  const std::lock_guard lock(mutex_);
  last_error_ = error;
}

StatisticsSnapshot Statistics::snapshot() const {
  StatisticsSnapshot result;
  result.connections_tried = connections_tried_.load();
  result.connections_made = connections_made_.load();
  result.connections_failed = connections_failed_.load();
  result.reconnects = reconnects_.load();
  result.operations = operations_.load();
  result.bytes_sent = bytes_sent_.load();
  result.bytes_received = bytes_received_.load();
  result.uptime = std::chrono::steady_clock::now() - started_;
  const std::lock_guard lock(mutex_);
  result.last_error = last_error_;
  return result;
}

}  // namespace fogis::redis
