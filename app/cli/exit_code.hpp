// What the program tells its caller in one number.
#pragma once

#include "base/error.hpp"
#include "base/stop_event.hpp"

namespace fogis::cli {

/// The exit codes; docs/exit-codes.md explains them to users.
namespace exit_code {
inline constexpr int kSuccess = 0;
inline constexpr int kNegative = 1;     ///< it ran, and the answer is no
inline constexpr int kUsage = 2;        ///< usage or configuration
inline constexpr int kUnreachable = 3;  ///< nobody there, or nobody who speaks Redis
inline constexpr int kRefused = 4;      ///< refused at set-up: credentials, rights, TLS
inline constexpr int kInternal = 5;     ///< our own fault, or a result that could not be written
}  // namespace exit_code

/// The exit code of a failure. For `interrupted` it is 128 + the signal that `stop` was told.
int exit_code_of(const Error& error, const StopEvent& stop);

/// 128 + the signal that asked for the end; 130 (SIGINT) when nobody asked.
int exit_code_of(const StopEvent& stop);

}  // namespace fogis::cli
