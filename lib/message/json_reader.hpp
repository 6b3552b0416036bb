// Reads JSON and says of each part where it stands: the one way from bytes to a document, to the
// place of a value, or to a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace fogis::message {

/// What a document may have.
struct Bounds {
  std::size_t size = std::numeric_limits<std::size_t>::max();    ///< bytes
  std::size_t depth = std::numeric_limits<std::size_t>::max();   ///< arrays and objects around it
  std::size_t values = std::numeric_limits<std::size_t>::max();  ///< values of any kind
};

/// A string of a document that has been checked.
struct JsonString {
  std::string_view raw;  ///< as it is written, without the quotes; part of the text
  bool has_escapes = false;

  /// Replaces `target` by what the string means.
  void assign_to(std::string& target) const {
    if (has_escapes) {
      decode_to(target);
    } else {
      target.assign(raw.data(), raw.size());
    }
  }
  void decode_to(std::string& target) const;
};

/// Why a text was not read to its end.
struct JsonFault {
  enum class Kind : std::uint8_t {
    syntax,
    not_finite,  ///< NaN, Infinity or -Infinity, as Python writes them
    out_of_range,
    surrogate,
    too_deep,
    too_many_values
  };
  Kind kind = Kind::syntax;
  std::size_t offset = 0;  ///< of the byte that was one too many
  std::string reason = {};
  std::size_t begin = 0;  ///< of the word, number or escape that is wrong, up to `offset`
};

/// Reads one JSON document (RFC 8259) without recursion. Used by one thread.
class JsonReader {
public:
  /// The text must outlive the reader and what it hands out. The size is not bounded here.
  explicit JsonReader(std::string_view text)
      : text_(text), end_(text.substr(0, text.find('\0')).size()) {}

  /// Calls the sink for each part in its order; views are parts of the text:
  /// begin('{' or '[', offset), end('}' or ']'), key(JsonString), string(JsonString) for a value,
  /// scalar(raw, json) for a number, a boolean or null. An integral number within 2^53 is an
  /// integer, also when written as 1.0 or 1e2, since JSON Schema knows no difference. Returns
  /// whether the text is one whole document within the bounds; else fault() says why not.
  template <typename Sink>
  bool read(const Bounds& bounds, Sink& sink);

  [[nodiscard]] const JsonFault& fault() const { return fault_; }

private:
  /// The next byte that is no blank; NUL, which no JSON has, at the end.
  char next() {
    while (at_ < end_ &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t')) {
      ++at_;
    }
    return at_ < end_ ? text_[at_] : '\0';
  }
  template <typename Sink>
  bool key(Sink& sink);

  bool fail(JsonFault::Kind kind, std::size_t offset, std::string reason);
  bool fail_from(std::size_t begin, JsonFault::Kind kind, std::size_t offset, std::string reason);
  bool unexpected(std::string_view expected);
  bool string(JsonString& string);
  bool escape();
  bool code_unit(unsigned& code);
  bool scalar(nlohmann::json& value);
  bool word(std::string_view word);
  bool number(nlohmann::json* value);
  bool digits(std::size_t begin, std::string_view behind);
  /// The next byte, or NUL at the end. Not text_[at_], whose check of the index costs a tenth.
  // NOLINTNEXTLINE(readability-simplify-subscript-expr)
  [[nodiscard]] char peek() const { return at_ < end_ ? text_.data()[at_] : '\0'; }

  std::string_view text_;
  std::size_t end_;  ///< of what can be read: a NUL may stand nowhere
  std::size_t at_ = 0;
  JsonFault fault_;
};

template <typename Sink>
bool JsonReader::key(Sink& sink) {
  JsonString name;
  if (next() != '"') {
    return unexpected("string literal");
  }
  if (!string(name)) {
    return false;
  }
  sink.key(name);
  if (next() != ':') {
    return unexpected("':'");
  }
  ++at_;
  return true;
}

template <typename Sink>
bool JsonReader::read(const Bounds& bounds, Sink& sink) {
  std::string open;  // the bracket of each array and object around
  std::size_t values = 0;
  while (true) {
    const char first = next();
    const auto begin = at_;
    const auto too_many = [&] {
      return ++values > bounds.values && !fail(JsonFault::Kind::too_many_values, begin, {});
    };
    if (first == '{' || first == '[') {
      if (open.size() >= bounds.depth) {
        return fail(JsonFault::Kind::too_deep, begin, {});
      }
      if (too_many()) {
        return false;
      }
      sink.begin(first, begin);
      open += first;
      ++at_;
      if (next() != (first == '{' ? '}' : ']')) {
        if (first == '{' && !key(sink)) {
          return false;
        }
        continue;
      }
    } else if (first == '"') {
      JsonString text;
      if (!string(text) || too_many()) {
        return false;
      }
      sink.string(text);
    } else {
      nlohmann::json value;
      if (!scalar(value) || too_many()) {
        return false;
      }
      sink.scalar(text_.substr(begin, at_ - begin), std::move(value));
    }
    while (true) {  // behind a value
      const char byte = next();
      if (open.empty()) {
        return at_ == text_.size() || unexpected("end of input");
      }
      const bool in_object = open.back() == '{';
      if (byte == ',') {
        ++at_;
        if (in_object && !key(sink)) {
          return false;
        }
        break;
      }
      if (byte != (in_object ? '}' : ']')) {
        return unexpected(in_object ? "'}'" : "']'");
      }
      ++at_;
      open.pop_back();
      sink.end(byte);
    }
  }
}

}  // namespace fogis::message
