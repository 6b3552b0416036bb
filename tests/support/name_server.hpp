// A name server of a test's own, and programs that ask no other.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace fogis::testing {

/// Answers questions for A and AAAA records over UDP, on a loopback address that nobody else uses.
/// Names that it does not know do not exist (NXDOMAIN). Its functions may be called from any
/// thread.
class NameServer {
public:
  /// Numeric addresses by name, IPv4 and IPv6 mixed.
  using Names = std::map<std::string, std::vector<std::string>>;
  enum class Mood : std::uint8_t {
    prompt,   ///< answers at once
    held,     ///< keeps every answer back until release()
    gone,     ///< its port is closed: the system says so to whoever asks
    failing,  ///< answers SERVFAIL
  };
  static constexpr std::uint16_t kUsualPort = 53;

  /// \param port the usual one belongs to root, see can_rename(); 0: one that the kernel chooses.
  explicit NameServer(Names names, Mood mood = Mood::prompt, std::uint16_t port = kUsualPort);
  ~NameServer();
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  /// `127.1.2.3:53`.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// The program, changed so that it sees this name server alone: in a mount namespace of its own
  /// with its own resolv.conf, nsswitch.conf and hosts (localhost alone).
  [[nodiscard]] ProgramOptions asked_by(ProgramOptions program) const;

  /// From now on answers at once, also what was asked before.
  void release();
  /// Waits until it was asked; fails the test when ten seconds pass first.
  void wait_for_question() const;

private:
  struct Question {
    std::string bytes;
    std::vector<std::byte> asker;  ///< a sockaddr
  };

  void serve();
  void answer(const Question& question) const;

  Names names_;
  Mood mood_;
  std::string address_;
  TempDir directory_;
  UniqueFd socket_;
  UniqueFd stop_;      ///< eventfd
  UniqueFd released_;  ///< eventfd
  UniqueFd asked_;     ///< eventfd: readable once a question has come
  std::thread thread_;
};

/// Whether this system lets us run a NameServer and programs that use it: root with the right to
/// mount. Containers often lack it.
bool can_rename();

}  // namespace fogis::testing
