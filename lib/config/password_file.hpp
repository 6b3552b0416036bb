// A password kept in a file.
#pragma once

#include <chrono>
#include <string>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace fogis::config {

struct PasswordFile {
  Secret password;
  bool readable_by_others = false;  ///< a regular file that every user of the machine can read
};

/// Reads a file of one line, without its line end (LF or CR LF). Pipes are allowed (`<(pass show
/// redis)`) and waited for, for as long as `patience`.
/// Errors (kind configuration, the file is named): it cannot be opened or read (with errno), is
/// empty, has more than one line or more than 64 KiB, or nothing comes through the pipe in time.
Result<PasswordFile> read_password_file(
    const std::string& path, std::chrono::nanoseconds patience = std::chrono::seconds(5));

}  // namespace fogis::config
