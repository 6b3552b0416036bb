// "Did you mean …?": the known word that a mistyped one is nearest to.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace fogis {

/// The number of edits that turn `left` into `right`: inserting, removing or replacing a byte, or
/// swapping two neighbours (optimal string alignment distance). Nothing when more than `limit` are
/// needed. ASCII letters of different case count as equal.
std::optional<std::size_t> edit_distance(std::string_view left, std::string_view right,
                                         std::size_t limit);

/// The candidate nearest to `word`, if one is near enough to be a slip of the fingers: one edit for
/// each three bytes of the longer of both, at least one, at most three. Of equally near ones the
/// first. Words longer than 64 bytes and empty ones have no neighbours. The result points into
/// `candidates`.
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates);

}  // namespace fogis
