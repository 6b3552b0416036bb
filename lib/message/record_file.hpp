// A record file that is being written.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "message/record.hpp"

namespace fogis::message {

/// What somebody else did to a file that is being written.
struct RecordChange {
  enum class Kind : std::uint8_t {
    moved,    ///< it has another name now: what it holds is kept
    removed,  ///< it has no name any more, so what it held is lost
    cut,      ///< it is shorter than it was
  };
  Kind kind = Kind::moved;
  std::uint64_t lost = 0;  ///< messages of this recording that it no longer holds
};

/// Adds lines to a file, whole ones in one write each time, so that a kill at any moment loses at
/// most what was not committed and leaves at most one torn line at the end. A file that was moved,
/// removed or cut meanwhile is noticed before the next write; the recording goes on in a new file
/// of the same name, or behind a new head. Move-only. Not thread-safe.
class RecordFile {
public:
  /// Called as soon as a change is noticed.
  using OnChange = std::function<void(const RecordChange&)>;

  /// Makes the file, or adds to one that is a record already; a torn last line is closed so that
  /// what follows stays readable. `on_change` may be empty.
  /// Errors (usage): it cannot be opened, is no regular file, or holds something else; output: the
  /// header could not be written.
  static Result<RecordFile> open(const std::string& path, const RecordHeader& header,
                                 OnChange on_change = {});

  /// Adds a message. It is in the file after the next commit(), or before.
  /// Errors: as commit().
  Result<void> add(std::chrono::system_clock::time_point received, std::string_view channel,
                   std::string_view pattern, std::string_view payload);
  Result<void> add(const RecordedGap& gap);

  /// Writes what was added.
  /// Errors (output): the system's reason; there is no new file to go on in. Lines that were not
  /// written whole are taken back.
  Result<void> commit();

  /// Looks whether the file is as it was left, and writes what was added.
  /// Errors: as commit().
  Result<void> check();

  /// Checks for the last time.
  /// Errors (output): as commit(); messages were lost in a file that was removed or cut.
  Result<void> finish();

  /// Messages of this recording in the file, and in those that were moved away.
  [[nodiscard]] std::uint64_t messages() const { return moved_ + written_; }
  [[nodiscard]] const std::string& path() const { return path_; }

private:
  RecordFile(std::string path, RecordHeader header, OnChange on_change)
      : path_(std::move(path)), header_(std::move(header)), on_change_(std::move(on_change)) {}

  Result<void> attach();
  Result<void> look();
  void note_cut(std::uint64_t size);
  void begin_again(std::uint64_t size);

  UniqueFd file_;
  std::string path_;
  RecordHeader header_;
  OnChange on_change_;
  std::uint64_t begin_ = 0;  ///< of this recording in the file
  std::uint64_t size_ = 0;   ///< of the file when it was looked at or written last
  std::string pending_;
  std::uint64_t pending_messages_ = 0;
  std::chrono::system_clock::time_point moment_;
  std::string moment_text_;    ///< of moment_: messages that were read together share it
  std::uint64_t written_ = 0;  ///< messages in the file
  std::uint64_t moved_ = 0;    ///< messages in files that were moved away
  std::uint64_t lost_ = 0;     ///< messages that were in a file
};

}  // namespace fogis::message
