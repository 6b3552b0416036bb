#include "message/invented_matches.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace fogis::message {
namespace {

using nlohmann::ordered_json;

// 2030-06-01T13:00:00Z, a day later for each match.
constexpr long long kKickOff = 1'906'549'200'000;
constexpr long long kDay = 86'400'000;

constexpr auto kRoles =
    std::to_array<std::string_view>({"Huvuddomare", "Assisterande 1", "Assisterande 2"});
constexpr auto kRoleShortNames = std::to_array<std::string_view>({"Dom", "AD1", "AD2"});

std::string person(std::size_t number) {
  return fmt::format("Test Persson {}", number + 1);
}

std::string mobile(std::size_t number) {
  return fmt::format("070-00000{:02}", number % 100);
}

std::string day_of(std::size_t number) {
  return fmt::format("2030-06-{:02}", number % 30 + 1);
}

std::string home(std::size_t number) {
  return fmt::format("Påhittade IF {}", number + 1);
}

std::string away(std::size_t number) {
  return fmt::format("Exempel FF {}", number + 1);
}

std::string venue(std::size_t number) {
  return fmt::format("Exempelvallen {}", number + 1);
}

ordered_json contact(std::size_t number) {
  return {{"mobile", mobile(number)},
          {"email", fmt::format("test.persson{}@example.org", number + 1)},
          {"address",
           {{"street", fmt::format("Påhittade gatan {}", number + 1)},
            {"postal_code", "000 00"},
            {"city", "Exempelstad"}}}};
}

ordered_json enhanced_person(std::size_t number, std::string_view role, bool with_contact) {
  ordered_json result = {{"name", person(number)}, {"role", role}};
  if (with_contact) {
    result["contact"] = contact(number);
  }
  return result;
}

ordered_json enhanced_team(std::string name, std::size_t id, bool with_logo) {
  ordered_json result = {{"name", std::move(name)}, {"id", id}};
  if (with_logo) {
    result["logo_id"] = id + 1000;
  }
  result["organization_id"] = id + 2000;
  return result;
}

/// Version 2.0, or 1.5 when without contacts and pictures.
ordered_json enhanced_match(std::size_t number, bool complete) {
  const auto team = 900'000 + 2 * number;
  auto referees = ordered_json::array();
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    referees.push_back(enhanced_person(i, kRoles[i], complete));
  }
  ordered_json match = {
      {"match_id", match_id(number)},
      {"teams",
       {{"home", enhanced_team(home(number), team, complete)},
        {"away", enhanced_team(away(number), team + 1, complete)}}},
      {"date", day_of(number)},
      {"time", "15:00"},
      {"venue", {{"name", venue(number)}, {"address", "Påhittade vägen 0, 000 00 Exempelstad"}}},
      {"referees", std::move(referees)}};
  if (complete) {
    match["team_contacts"] = {enhanced_person(10, "Lagledare", true),
                              enhanced_person(11, "Tränare", true)};
  }
  match["series"] = {{"name", "Påhittade serien"}, {"level", "Division 99"}};
  match["status"] = "scheduled";
  return match;
}

ordered_json legacy_match(std::size_t number) {
  return {{"match_id", match_id(number)}, {"teams", home(number) + " vs " + away(number)},
          {"date", day_of(number)},       {"time", "15:00"},
          {"venue", venue(number)},       {"referees", {person(0), person(1), person(2)}}};
}

ordered_json raw_referee(std::size_t number) {
  return {{"domaruppdragid", 90'000'000 + number},
          {"domarrollnamn", kRoles[number]},
          {"domarrollkortnamn", kRoleShortNames[number]},
          {"personnamn", person(number)},
          {"mobiltelefon", mobile(number)},
          {"epostadress", fmt::format("test.persson{}@example.org", number + 1)},
          {"adress", fmt::format("Påhittade gatan {}", number + 1)},
          {"postnr", "000 00"},
          {"postort", "Exempelstad"}};
}

ordered_json raw_match(std::size_t number) {
  auto referees = ordered_json::array();
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    referees.push_back(raw_referee(i));
  }
  return {{"matchid", match_id(number)},
          {"matchnr", fmt::format("000000{:03}", number)},
          {"lag1lagid", 900'000 + 2 * number},
          {"lag1namn", home(number)},
          {"lag2lagid", 900'001 + 2 * number},
          {"lag2namn", away(number)},
          {"anlaggningnamn", venue(number)},
          {"tavlingnamn", "Påhittade serien"},
          {"tid", fmt::format("/Date({})/", kKickOff + kDay * static_cast<long long>(number))},
          {"speldatum", day_of(number)},
          {"avsparkstid", "15:00"},
          {"installd", false},
          {"uppskjuten", false},
          {"avbruten", false},
          {"domaruppdraglista", std::move(referees)},
          {"kontaktpersoner",
           {{{"lagnamn", home(number)},
             {"personnamn", person(10)},
             {"telefon", mobile(10)},
             {"mobiltelefon", mobile(10)},
             {"epostadress", "test.persson11@example.org"}}}}};
}

}  // namespace

std::size_t match_id(std::size_t number) {
  return 900'000'000 + number;
}

ordered_json invent_match(Shape shape, std::size_t number) {
  switch (shape) {
    case Shape::enhanced_v2:
      return enhanced_match(number, true);
    case Shape::enhanced_v1_5:
      return enhanced_match(number, false);
    case Shape::legacy_v1:
      return legacy_match(number);
    default:
      return raw_match(number);
  }
}

}  // namespace fogis::message
