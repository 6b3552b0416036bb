// Matches that were never played, in each form that the contract knows.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "message/shape.hpp"

namespace fogis::message {

/// The id of the invented match of that number, from 0. FOGIS' own have seven digits, these nine.
std::size_t match_id(std::size_t number);

/// A match as messages of the shape, which must be one of match_updates, hold it. Enhanced matches
/// have about 1.7 kB. Persons are called Test Persson, their telephone numbers begin with
/// 070-00000, addresses end with example.org.
nlohmann::ordered_json invent_match(Shape shape, std::size_t number);

}  // namespace fogis::message
