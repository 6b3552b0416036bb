// A directory that lives as long as a test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace fogis::testing {

/// A private directory (0700) with a path short enough for unix sockets in it (sun_path holds 108
/// bytes). Removed with all its contents when destroyed. Move-only.
class TempDir {
public:
  /// Fails the test when no directory can be made.
  TempDir();
  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&& other) = delete;
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::string operator/(std::string_view name) const { return path_ / name; }

  /// Writes a file of that name with exactly this content, for its owner alone; returns its path.
  /// Fails the test when it cannot.
  std::string write(std::string_view name, std::string_view content) const;
  /// The same, executable by its owner: for scripts that stand in for a program.
  std::string write_program(std::string_view name, std::string_view content) const;

private:
  std::filesystem::path path_;
};

/// The whole content of a file; empty when it cannot be read.
std::string read_file(const std::filesystem::path& path);

}  // namespace fogis::testing
