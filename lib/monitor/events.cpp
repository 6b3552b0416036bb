#include "monitor/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <map>
#include <utility>

#include "base/duration.hpp"
#include "monitor/changes.hpp"
#include "monitor/unit.hpp"

namespace fogis::monitor {
namespace {

/// Less unread than this is an ordinary burst.
constexpr std::int64_t kLargeBuffer = std::int64_t{64} * 1024;

class Comparison {
public:
  Comparison(const Sample& before, const Sample& after) : before_(before), after_(after) {}

  std::vector<Event> run() {
    const auto run = compare_runs(before_, after_);
    if (run == Run::other_server) {
      // Two servers' roles, channels and clients are no change of either.
      add(EventKind::other_server,
          after_.server.is_cluster()
              ? fmt::format("another node of the cluster answers at this address{}", uptime())
              : fmt::format("another server answers at this address{}: a proxy or a name leads to "
                            "several servers, and a message on one does not reach the other",
                            uptime()));
      return std::move(events_);
    }
    if (run == Run::restarted) {
      add(EventKind::restarted, fmt::format("the server was restarted{}", uptime()));
    }
    compare_roles();
    compare_channels();
    if (run == Run::same) {
      compare_clients();
    }
    return std::move(events_);
  }

private:
  void add(EventKind kind, std::string text) {
    events_.push_back({after_.taken, kind, std::move(text)});
  }

  [[nodiscard]] std::string uptime() const {
    const auto seconds = after_.integer("uptime_in_seconds");
    return seconds ? fmt::format(", up {}", format_duration(std::chrono::seconds(*seconds)))
                   : std::string();
  }

  [[nodiscard]] static std::string master_of(const Sample& sample) {
    return fmt::format("{}:{}", sample.info.text("master_host").value_or("?"),
                       sample.info.text("master_port").value_or("?"));
  }

  void compare_roles() {
    const auto role = after_.role();
    if (role.empty() || before_.role().empty()) {
      return;
    }
    if (role != before_.role()) {
      add(EventKind::failover,
          role == "replica" ? fmt::format("the server is now a replica of {}", master_of(after_))
                            : "the server is now a master");
    } else if (role == "replica" && master_of(before_) != master_of(after_)) {
      add(EventKind::failover, fmt::format("the master is now {}", master_of(after_)));
    }
  }

  void compare_channels() {
    if (!before_.channels || !after_.channels) {
      return;
    }
    std::map<std::string_view, std::int64_t> known;
    for (const auto& [channel, subscribers, subscribers_uncertain] : *before_.channels) {
      known[channel] = subscribers;
    }
    for (const auto& [channel, subscribers, subscribers_uncertain] : *after_.channels) {
      const auto old = known.find(channel);
      if (old != known.end() && old->second != subscribers) {
        add(subscribers < old->second ? EventKind::subscriber_gone : EventKind::subscriber_came,
            fmt::format("{}: {} {}, was {}", channel, subscribers,
                        subscribers == 1 ? "subscriber" : "subscribers", old->second));
      }
    }
  }

  [[nodiscard]] static std::string describe(const redis::PubSubClient& client) {
    return client.name.empty() ? fmt::format("{} (id {})", client.address, client.id)
                               : fmt::format("{} ({})", client.name, client.address);
  }

  void compare_clients() {
    if (!before_.pubsub_clients || !after_.pubsub_clients) {
      return;
    }
    std::map<std::int64_t, const redis::PubSubClient*> now;
    for (const auto& client : *after_.pubsub_clients) {
      now[client.id] = &client;
    }
    for (const auto& client : *before_.pubsub_clients) {
      const auto found = now.find(client.id);
      if (found == now.end() && client.output_buffer >= kLargeBuffer) {
        add(EventKind::subscriber_gone,
            fmt::format("{} disconnected with {} unread", describe(client), size(client)));
      } else if (found != now.end() && has_grown(client, *found->second)) {
        add(EventKind::buffer_growing,
            fmt::format("{} does not keep up: {} unread", describe(client), size(*found->second)));
      }
    }
  }

  /// Told at each power of two, so that a growing buffer is no flood of events, and one that grows
  /// slowly is told as well.
  [[nodiscard]] static bool has_grown(const redis::PubSubClient& before,
                                      const redis::PubSubClient& after) {
    const auto magnitude = [](std::int64_t size) {
      return std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(size, 0)));
    };
    return after.output_buffer >= kLargeBuffer &&
           magnitude(after.output_buffer) > magnitude(before.output_buffer);
  }

  [[nodiscard]] static std::string size(const redis::PubSubClient& client) {
    return format_value(Unit::bytes, static_cast<double>(client.output_buffer));
  }

  const Sample& before_;
  const Sample& after_;
  std::vector<Event> events_;
};

}  // namespace

std::string_view name(EventKind kind) {
  switch (kind) {
    case EventKind::lost:
      return "lost";
    case EventKind::restored:
      return "restored";
    case EventKind::restarted:
      return "restarted";
    case EventKind::other_server:
      return "other_server";
    case EventKind::failover:
      return "failover";
    case EventKind::subscriber_gone:
      return "subscriber_gone";
    case EventKind::subscriber_came:
      return "subscriber_came";
    case EventKind::buffer_growing:
      return "buffer_growing";
    case EventKind::health_changed:
      return "health_changed";
  }
  return {};
}

std::vector<Event> compare(const Sample& before, const Sample& after) {
  return Comparison(before, after).run();
}

}  // namespace fogis::monitor
