// A server that does what a script says: for everything a real one will not do on request.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "base/unique_fd.hpp"
#include "config/connection_settings.hpp"
#include "support/reserved_port.hpp"
#include "support/temp_dir.hpp"

namespace fogis::testing {

/// The steps of a script. All but accept, use, repeat and hold act on the current connection.
namespace fake {

/// Takes the next connection and makes it the current one. Earlier ones stay open.
struct Accept {};
/// Makes the connection of that number (0: the first accepted) the current one.
struct Use {
  std::size_t connection;
};
/// Reads until so many more bytes have come.
struct ReadBytes {
  std::size_t count;
};
/// Reads until so many more whole commands (RESP arrays of bulk strings) have come. `HELLO 2`, by
/// which a connection asks what it has reached, does not count: it is answered when all before it
/// has been read, here, after the Send of a whole reply and in AwaitClose.
struct ReadCommands {
  std::size_t count = 1;
};
/// Sends all of it, in one segment where it fits.
struct Send {
  std::string bytes;
};
/// Sends byte by byte with a pause after each.
struct Drip {
  std::string bytes;
  std::chrono::milliseconds pause;
};
/// Sends the bytes again and again, as fast as they are taken, until the peer closes.
struct Flood {
  std::string bytes;
};
/// Closes in order: the peer reads the end.
struct Close {};
/// Closes with a reset (SO_LINGER 0): the peer gets ECONNRESET. TCP only.
struct Reset {};
/// Waits for the peer to close; keeps reading, answers nothing.
struct AwaitClose {};
/// Does nothing until FakeServer::release() has been called once more.
struct Hold {};
/// Starts the script from its beginning, for ever.
struct Repeat {};

using Step = std::variant<Accept, Use, ReadBytes, ReadCommands, Send, Drip, Flood, Close, Reset,
                          AwaitClose, Hold, Repeat>;

}  // namespace fake

/// What a fake server says of itself.
inline constexpr std::string_view kFakeVersion = "9.9.9";

/// Listens from its construction on and plays its script on a thread of its own. When the script is
/// over every connection stays open and silent until the destructor, which ends at once whatever
/// the script waits for. A peer that closes early only makes the steps that need it void.
/// Its functions may be called from any thread.
class FakeServer {
public:
  using Script = std::vector<fake::Step>;
  enum class Address : std::uint8_t { tcp, unix_socket };

  explicit FakeServer(Script script, Address address = Address::tcp);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  /// A server to which connecting never succeeds: it accepts nobody, and its queue is full.
  static std::unique_ptr<FakeServer> with_full_backlog(Address address = Address::tcp);

  /// How to reach it, without credentials.
  [[nodiscard]] config::ConnectionSettings settings() const;
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& socket_path() const { return socket_path_; }

  /// Lets one Hold go on, also one that is not reached yet.
  void release();
  /// All bytes that the connection of that number has sent to us so far.
  [[nodiscard]] std::string received(std::size_t connection = 0) const;
  [[nodiscard]] std::size_t connections() const;

  /// Wait for an event; fail the test when ten seconds pass first.
  void wait_for_received(std::string_view text, std::size_t connection = 0) const;
  void wait_for_connections(std::size_t count) const;
  /// Until every step of the script is done.
  void wait_for_end() const;

private:
  class Player;

  void listen_tcp();
  void listen_unix();
  void fill_backlog();

  Script script_;
  std::unique_ptr<TempDir> directory_;
  std::string socket_path_;
  std::uint16_t port_ = 0;
  UniqueFd listener_;
  UniqueFd stop_;      ///< eventfd
  UniqueFd released_;  ///< eventfd, a semaphore
  std::vector<UniqueFd> fillers_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> received_;
  bool ended_ = false;

  std::thread thread_;
};

}  // namespace fogis::testing
