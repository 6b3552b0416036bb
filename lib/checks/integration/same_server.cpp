#include "checks/integration/same_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace fogis::checks::integration {
namespace {

using namespace std::chrono_literals;

constexpr auto kTime = 1s;

std::string host_name(std::string_view host) {
  std::string lowered(host);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  constexpr std::array<std::string_view, 3> kLoopback{"localhost", "127.0.0.1", "::1"};
  const bool is_loopback =
      std::find(kLoopback.begin(), kLoopback.end(), lowered) != kLoopback.end();
  return is_loopback ? std::string("localhost") : lowered;
}

/// A name that means the same to everybody in a compose network; an address or localhost depends on
/// who uses it.
bool is_network_name(const config::ConnectionSettings& settings) {
  if (settings.transport == config::Transport::unix_socket) {
    return false;
  }
  const auto host = host_name(settings.host);
  const bool is_address = host.find(':') != std::string::npos ||
                          host.find_first_not_of("0123456789.") == std::string::npos;
  return host != "localhost" && !is_address;
}

std::string run_id(const redis::Info& info) {
  return info.text("run_id").value_or("");
}

/// Empty when it does not tell, or us not.
/// Errors: as Connection::open.
Result<std::string> ask_run_id(const Context& context, config::ConnectionSettings theirs) {
  theirs.client_name = context.label("compare");
  const auto deadline = Deadline::after(kTime, context.stop());
  TRY_ASSIGN(auto connection, redis::Connection::open(theirs, deadline));
  const auto reply = connection.command({"INFO", "server"}, deadline);
  return reply && !reply->is_error() ? run_id(redis::Info(reply->text)) : std::string();
}

}  // namespace

bool is_local(const config::ConnectionSettings& settings) {
  return settings.transport == config::Transport::unix_socket ||
         host_name(settings.host) == "localhost";
}

bool is_same_address(const config::ConnectionSettings& left,
                     const config::ConnectionSettings& right) {
  const auto is_socket = [](const auto& settings) {
    return settings.transport == config::Transport::unix_socket;
  };
  if (is_socket(left) || is_socket(right)) {
    return is_socket(left) && is_socket(right) && left.socket_path == right.socket_path;
  }
  return host_name(left.host) == host_name(right.host) && left.port == right.port;
}

Comparison compare_servers(Context& context, const config::ConnectionSettings& theirs) {
  const auto& ours = context.settings();
  if (is_same_address(ours, theirs)) {
    return {Sameness::same, "the same address"};
  }
  const auto info = context.info("server");
  const auto our_id = info ? run_id(*info) : std::string();
  const auto their_id = ask_run_id(context, theirs);
  if (their_id && !their_id->empty() && !our_id.empty()) {
    return *their_id == our_id ? Comparison{Sameness::same, "another address of the same server"}
                               : Comparison{Sameness::other, "a different server answers there"};
  }
  const bool is_silent = !their_id && their_id.error().kind == ErrorKind::unreachable;
  if (is_network_name(ours) && is_network_name(theirs)) {
    return {Sameness::other, "the host names differ", is_silent};
  }
  return {Sameness::unknown, is_silent ? "nothing answers there" : "it cannot be queried from here",
          is_silent};
}

}  // namespace fogis::checks::integration
