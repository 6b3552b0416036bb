#include "checks/suite/broken_messages.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "message/builder.hpp"

namespace fogis::checks {
namespace {

using message::Reader;
using message::Shape;

constexpr std::array<BrokenMessage, 18> kBroken{{
    {"truncated", Shape::corrected, Reader::contract, "", 1},
    {"envelope-field-missing", Shape::corrected, Reader::contract,
     R"([{"op": "remove", "path": "/message_id"}])"},
    {"unknown-type", Shape::system_alert, Reader::contract,
     R"([{"op": "replace", "path": "/type", "value": "match_update"}])"},
    {"schema-version-in-payload", Shape::production, Reader::contract, ""},  // D1
    {"raw-match-keys", Shape::enhanced_v2, Reader::calendar, ""},            // D2
    {"raw-match-keys", Shape::legacy_v1, Reader::calendar, ""},              // D2
    {"changes-without-matches", Shape::corrected, Reader::contract,          // D4
     R"([{"op": "replace", "path": "/payload/matches", "value": []},
         {"op": "replace", "path": "/payload/metadata/total_matches", "value": 0}])"},
    {"changes-without-details", Shape::corrected, Reader::contract,  // D4
     R"([{"op": "replace", "path": "/payload/detailed_changes", "value": []}])"},
    {"total-matches-mismatch", Shape::corrected, Reader::contract,  // D4
     R"([{"op": "replace", "path": "/payload/metadata/total_matches", "value": 99}])"},
    {"schema-version-not-string", Shape::corrected, Reader::contract,  // D5
     R"([{"op": "replace", "path": "/schema_version", "value": 2.0}])"},
    {"metadata-missing", Shape::corrected, Reader::contract,  // D5
     R"([{"op": "replace", "path": "/payload/metadata", "value": null}])"},
    {"payload-missing", Shape::processing_status, Reader::contract,  // D5
     R"([{"op": "replace", "path": "/payload", "value": null}])"},
    {"referees-null", Shape::corrected, Reader::contract,  // D5
     R"([{"op": "replace", "path": "/payload/matches/0/domaruppdraglista", "value": null}])"},
    {"tid-format", Shape::corrected, Reader::contract,  // D5
     R"([{"op": "replace", "path": "/payload/matches/0/tid", "value": "2031-05-01T15:00:00"}])"},
    {"match-id-null", Shape::corrected, Reader::contract,  // D5
     R"([{"op": "replace", "path": "/payload/matches/0/matchid", "value": null}])"},
    {"critical-without-high", Shape::corrected, Reader::contract,  // D6
     R"([{"op": "replace", "path": "/payload/detailed_changes/0/priority", "value": "critical"},
         {"op": "replace", "path": "/payload/detailed_changes/0/category",
          "value": "team_change"}])"},
    {"timestamp-naive", Shape::processing_status, Reader::contract,  // D7
     R"([{"op": "replace", "path": "/timestamp", "value": "2031-05-01T12:00:00"}])"},
    {"timestamp-old", Shape::system_alert, Reader::contract,  // D7
     R"([{"op": "replace", "path": "/timestamp", "value": "2001-05-01T12:00:00Z"}])"},
}};

/// The message with the patch applied; nlohmann throws where it does not fit.
Result<std::string> apply_patch(const std::string& message, std::string_view patch) {
  try {
    return nlohmann::ordered_json::parse(message)
        .patch(nlohmann::ordered_json::parse(patch))
        .dump();
  } catch (const nlohmann::ordered_json::exception& fault) {
    return failure(make_error(ErrorKind::internal, Phase::schema,
                              std::string("cannot create an invalid message: ") + fault.what()));
  }
}

}  // namespace

std::span<const BrokenMessage> broken_messages() {
  return kBroken;
}

Result<std::string> make_broken(const BrokenMessage& recipe) {
  auto message = message::build_message(recipe.shape);
  if (!recipe.patch.empty()) {
    TRY_ASSIGN(auto patched, apply_patch(message, recipe.patch));
    message = std::move(patched);
  }
  message.resize(message.size() - recipe.cut_end);
  return message;
}

}  // namespace fogis::checks
