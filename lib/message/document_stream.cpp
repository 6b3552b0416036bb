#include "message/document_stream.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/deadline.hpp"

namespace fogis::message {
namespace {

constexpr std::size_t kChunk = std::size_t{256} << 10U;

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

/// Reads once. Returns whether there was something.
Result<bool> DocumentStream::fill() {
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
  }
  const auto deadline = Deadline::never(stop_);
  const auto old_size = buffer_.size();
  while (true) {
    if (deadline.wait(descriptor_, POLLIN) == WaitOutcome::stopped) {
      return failure(interrupted_error(Phase::usage));
    }
    buffer_.resize(old_size + kChunk);
    const auto count = ::read(descriptor_, buffer_.data() + old_size, kChunk);
    const int fault = errno;
    buffer_.resize(old_size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && fault != EINTR && fault != EAGAIN) {
      return failure(make_system_error(ErrorKind::usage, Phase::usage, "cannot read", fault));
    }
    if (count >= 0) {
      ended_ = count == 0;
      return count > 0;
    }
  }
}

/// Where the document at begin_ ends within the buffer, or the buffer's end.
std::size_t DocumentStream::find_end() const {
  return layout_ == Layout::whole ? buffer_.size()
                                  : std::min(buffer_.find('\n', scanned_), buffer_.size());
}

/// The document at begin_. Of one that is too large the bytes are dropped as they come.
Result<StreamedDocument> DocumentStream::collect() {
  std::uint64_t dropped = 0;
  while (true) {
    const auto end = find_end();
    const bool is_whole = end < buffer_.size() || ended_;
    const auto size = dropped + (end - begin_);
    if (is_whole) {
      StreamedDocument document{.text = {}, .size = size, .line = line_, .too_large = false};
      document.too_large = size > max_size_;
      if (!document.too_large) {
        document.text = std::string_view(buffer_).substr(begin_, end - begin_);
      }
      begin_ = std::min(end + 1, buffer_.size());
      scanned_ = begin_;
      ++line_;
      return document;
    }
    scanned_ = end;
    if (size > max_size_) {
      dropped = size;
      begin_ = end;
    }
    TRY(fill());
  }
}

Result<std::optional<StreamedDocument>> DocumentStream::next() {
  while (true) {
    if (begin_ == buffer_.size() && !ended_) {
      TRY(fill());
    }
    const bool is_first_of_whole = layout_ == Layout::whole && line_ == 1;
    if (begin_ == buffer_.size() && ended_ && !is_first_of_whole) {
      return std::nullopt;
    }
    TRY_ASSIGN(auto document, collect());
    if (layout_ == Layout::whole || document.too_large || !is_blank(document.text)) {
      return document;
    }
  }
}

}  // namespace fogis::message
