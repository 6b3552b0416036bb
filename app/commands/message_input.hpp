// Files of messages, and stdin.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace fogis::commands {

/// An input that can be read. Closes what it opened.
class MessageInput {
public:
  /// `name` is a path, or "-" for stdin, which may be anything. A path must be a regular file:
  /// reading a pipe or a device by its name could wait for ever or never end.
  /// Errors (usage): it cannot be opened, or is no regular file.
  static Result<MessageInput> open(const std::string& name);

  [[nodiscard]] int descriptor() const;
  /// An error of reading, with the name of what was read.
  [[nodiscard]] Error explain(Error error) const;

private:
  MessageInput(std::string name, UniqueFd file) : name_(std::move(name)), file_(std::move(file)) {}

  std::string name_;
  UniqueFd file_;  ///< empty for stdin
};

}  // namespace fogis::commands
