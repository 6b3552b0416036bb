// Commands as a server reads them.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace fogis::redis {

/// The arguments of one command, the command's name first. Any bytes. Does not own them.
using Arguments = std::span<const std::string_view>;

/// Appends the command in the protocol's form (an array of bulk strings) to `buffer`.
void append_command(std::string& buffer, Arguments arguments);

/// Encoded commands to be sent together. Not thread-safe.
class Pipeline {
public:
  void add(Arguments arguments);
  void add(std::initializer_list<std::string_view> arguments) {
    add(Arguments(arguments.begin(), arguments.size()));
  }
  void clear();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

private:
  std::string bytes_;
  std::size_t size_ = 0;
};

}  // namespace fogis::redis
