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

/// `text`, an error of a server, with the secret replaced by kRedacted wherever the server may have
/// echoed it ("unknown command 'AUTH', with args beginning with: …"): as a word of its own, also
/// cut short at the end of a quoted argument. A word that servers themselves use ("password",
/// "any") is replaced in quotes only, and a part of a word never: stars there would reveal the
/// secret. An empty secret leaves the text as it is.
std::string redact(std::string_view text, const Secret& secret);

}  // namespace fogis
