#include "support/tcp_table.hpp"

#include <sched.h>

#include <catch2/catch_test_macros.hpp>
#include <charconv>
#include <chrono>
#include <sstream>
#include <string>
#include <string_view>

#include "support/temp_dir.hpp"

namespace fogis::testing {
namespace {

/// A row of /proc/net/tcp (proc_pid_net(5)); all numbers there are hexadecimal.
struct Row {
  unsigned local_port = 0;
  unsigned remote_port = 0;
  unsigned state = 0;
  unsigned unread = 0;  ///< bytes in the receive queue
};

constexpr unsigned kEstablished = 1;
constexpr unsigned kSynSent = 2;

unsigned number_after_colon(std::string_view field) {
  unsigned number = 0;
  const auto digits = field.substr(field.find(':') + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return number;
}

template <typename Predicate>
bool any_row(Predicate matches) {
  std::istringstream table(read_file("/proc/net/tcp"));
  std::string line;
  std::getline(table, line);  // the headings
  while (std::getline(table, line)) {
    std::istringstream fields(line);
    std::string number;
    std::string local;
    std::string remote;
    std::string state;
    std::string queues;
    fields >> number >> local >> remote >> state >> queues;
    if (matches(Row{number_after_colon(local), number_after_colon(remote),
                    number_after_colon(state), number_after_colon(queues)})) {
      return true;
    }
  }
  return false;
}

template <typename Predicate>
void wait_for_row(Predicate matches, const char* what) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!any_row(matches)) {
    if (std::chrono::steady_clock::now() > give_up) {
      FAIL("waited in vain for " << what);
    }
    ::sched_yield();
  }
}

}  // namespace

void wait_for_unanswered_connect(std::uint16_t port) {
  wait_for_row([&](const Row& row) { return row.remote_port == port && row.state == kSynSent; },
               "a connection that gets no answer");
}

void wait_for_unread_bytes(std::uint16_t port) {
  wait_for_row(
      [&](const Row& row) {
        return row.local_port == port && row.state == kEstablished && row.unread > 0;
      },
      "bytes that nobody reads");
}

void wait_until_read(std::uint16_t port) {
  wait_for_row(
      [&](const Row& row) {
        return row.remote_port == port && row.state == kEstablished && row.unread == 0;
      },
      "a client that has read everything");
}

}  // namespace fogis::testing
