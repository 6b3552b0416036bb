// A JSON Schema made ready for many messages.
#pragma once

#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "message/collector.hpp"
#include "message/quick_schema.hpp"

namespace fogis::message {

/// Checks documents with valijson, and works around what bites there: `pattern` goes to our own
/// tests (its regular expressions overflow the stack), and arrays are walked here, each element
/// checked by itself, so that the number of faults held at a time is bounded by the schema and not
/// by the document. Immutable, so any number of threads may use it at once.
///
/// Of draft 7 our schemas use `type`, `properties`, `required`, `items` (one schema for all),
/// `enum`, `const`, `minimum`, `minLength` and `pattern`, each `pattern` being known to
/// find_string_test(); a test holds them to that.
class CompiledSchema {
public:
  /// `text` is a schema as above, and must outlive this object. What explains faults is only built
  /// when the first document has one: it takes most of the time and memory.
  explicit CompiledSchema(std::string_view text);
  ~CompiledSchema();
  CompiledSchema(const CompiledSchema&) = delete;
  CompiledSchema& operator=(const CompiledSchema&) = delete;
  CompiledSchema(CompiledSchema&&) = delete;
  CompiledSchema& operator=(CompiledSchema&&) = delete;

  /// See check_schema().
  [[nodiscard]] bool check(const nlohmann::json& document, Collector& findings) const;

private:
  class Piece;
  std::string_view text_;
  std::unique_ptr<QuickSchema> quick_;
  mutable std::once_flag once_;  ///< for root_
  mutable std::unique_ptr<Piece> root_;
};

}  // namespace fogis::message
