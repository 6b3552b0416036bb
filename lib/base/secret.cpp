#include "base/secret.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace fogis {
namespace {

/// The words of Redis' and Valkey's errors at logging in and about rights (acl.c, networking.c,
/// server.c of 5.0 to 8.0).
constexpr std::array<std::string_view, 57> kServerWords{
    "a",        "access",   "and",         "any",     "are",     "args",      "arguments",
    "as",       "auth",     "AUTH",        "be",      "been",    "beginning", "called",
    "can",      "channel",  "channels",    "client",  "command", "commands",  "configured",
    "default",  "denied",   "disabled",    "ERR",     "for",     "has",       "have",
    "HELLO",    "in",       "invalid",     "is",      "key",     "keys",      "must",
    "no",       "NOAUTH",   "NOPERM",      "number",  "of",      "one",       "or",
    "pair",     "password", "permissions", "run",     "sent",    "set",       "subcommand",
    "the",      "this",     "to",          "unknown", "user",    "username",  "with",
    "WRONGPASS"};

bool is_word_byte(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value >= 0x80 || std::isalnum(value) != 0;
}

bool is_quote(char byte) {
  return byte == '\'' || byte == '"' || byte == '`';
}

/// Whether the `size` bytes at `at` can be an argument that the server repeats.
bool may_be_echo(std::string_view text, std::size_t at, std::size_t size, bool is_server_word) {
  const char before = at == 0 ? ' ' : text[at - 1];
  const char after = at + size == text.size() ? ' ' : text[at + size];
  return is_server_word ? is_quote(before) && is_quote(after)
                        : !(is_word_byte(before) && is_word_byte(text[at])) &&
                              !(is_word_byte(after) && is_word_byte(text[at + size - 1]));
}

/// How much of the secret stands at the beginning of `text`. All of it, or what a server leaves of
/// a long argument before it closes the quote.
std::size_t echoed(std::string_view text, std::string_view secret) {
  const auto same = static_cast<std::size_t>(
      std::mismatch(
          text.begin(),
          text.begin() + static_cast<std::ptrdiff_t>(std::min(text.size(), secret.size())),
          secret.begin())
          .first -
      text.begin());
  constexpr std::size_t kShortestCut = 16;
  const bool is_cut = same >= kShortestCut && (same == text.size() || is_quote(text[same]));
  return same == secret.size() || is_cut ? same : 0;
}

}  // namespace

std::string redact(std::string_view text, const Secret& secret) {
  std::string result;
  const std::string_view hidden = secret.reveal();
  const bool is_server_word =
      std::find(kServerWords.begin(), kServerWords.end(), hidden) != kServerWords.end();
  for (std::size_t i = 0; i < text.size();) {
    const auto size = hidden.empty() ? 0 : echoed(text.substr(i), hidden);
    if (size > 0 && may_be_echo(text, i, size, is_server_word)) {
      result += kRedacted;
      i += size;
    } else {
      result += text[i++];
    }
  }
  return result;
}

}  // namespace fogis
