// Passwords and the like: shown as stars from the moment they exist.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace fogis {

/// What is shown in the place of a secret.
inline constexpr std::string_view kRedacted = "***";

/// A text that must never be printed. There is no conversion and no formatter: the only way to the
/// text is reveal(), for handing it to the server.
class Secret {
public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] const std::string& reveal() const { return text_; }

private:
  std::string text_;
};

/// `text` with every occurrence of the secret replaced by kRedacted: for error texts in which a
/// server may echo what it was sent ("unknown command 'AUTH', with args beginning with: …").
/// An empty secret leaves the text as it is.
std::string redact(std::string_view text, const Secret& secret);

}  // namespace fogis
