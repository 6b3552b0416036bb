// A record file that is being written.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "message/record.hpp"

namespace fogis::message {

/// Adds lines to a file, whole ones in one write each time, so that a kill at any moment loses at
/// most what was not committed and leaves at most one torn line at the end. Move-only. Not
/// thread-safe.
class RecordFile {
public:
  /// Makes the file, or adds to one that is a record already; a torn last line is closed so that
  /// what follows stays readable.
  /// Errors (usage): it cannot be opened, is no regular file, or holds something else; output: the
  /// header could not be written.
  static Result<RecordFile> open(const std::string& path, const RecordHeader& header);

  /// Adds a message. It is in the file after the next commit(), or before.
  /// Errors: as commit().
  Result<void> add(std::chrono::system_clock::time_point received, std::string_view channel,
                   std::string_view pattern, std::string_view payload);
  Result<void> add(const RecordedGap& gap);

  /// Writes what was added.
  /// Errors (output): the system's reason. What was not written whole is taken back.
  Result<void> commit();

  /// Commits, and looks whether the file is still where it was.
  /// Errors (output): as commit(); the file was removed or replaced meanwhile.
  Result<void> finish();

  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  [[nodiscard]] const std::string& path() const { return path_; }

private:
  RecordFile(UniqueFd file, std::string path, std::uint64_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size) {}

  UniqueFd file_;
  std::string path_;
  std::uint64_t size_;  ///< up to the last whole line
  std::string pending_;
  std::chrono::system_clock::time_point moment_;
  std::string moment_text_;  ///< of moment_: messages that were read together share it
  std::uint64_t messages_ = 0;
};

}  // namespace fogis::message
