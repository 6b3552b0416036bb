// Where in a document: a chain of keys and indices that costs nothing until it is written down.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fogis::message {

/// A place in a JSON document, linked to the place that contains it. Lives on the stack of whoever
/// walks the document; the parent and the key must outlive it.
class Path {
public:
  static constexpr std::size_t kMaxPointer = 256;  ///< bytes of a pointer() before it is cut

  /// The document as a whole.
  Path() = default;
  /// The member `key` of the object at `parent`.
  Path(const Path& parent, std::string_view key) : parent_(&parent), key_(key) {}
  /// The element `index` of the array at `parent`.
  Path(const Path& parent, std::size_t index) : parent_(&parent), index_(index), is_index_(true) {}
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
  Path(Path&&) = delete;
  Path& operator=(Path&&) = delete;
  ~Path() = default;

  /// RFC 6901, with control characters escaped; cut behind kMaxPointer bytes, where "…" is added.
  [[nodiscard]] std::string pointer() const;

private:
  void append_to(std::string& text) const;

  const Path* parent_ = nullptr;
  std::string_view key_;
  std::size_t index_ = 0;
  bool is_index_ = false;
};

}  // namespace fogis::message
