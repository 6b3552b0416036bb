#include "message/rules.hpp"

#include <array>

#include "message/rule_checks.hpp"

namespace fogis::message {
namespace {

constexpr auto kError = Severity::error;
constexpr auto kWarning = Severity::warning;
constexpr auto kContract = Reader::contract;
constexpr auto kCalendar = Reader::calendar;

/// What the calendar never reads: its decision table is in docs/message-contract.md.
constexpr AtCalendar kUnread{Severity::warning,
                             "the calendar ignores it and still writes the entry"};

constexpr auto kRules = std::to_array<Rule>({
    // What keeps a document from being read.
    {"empty-document", "", kError, kContract, Stage::syntax,
     "An empty message, or only white space",
     "the calendar cannot parse it: it logs an error, counts it and drops the message",
     "publish a JSON object"},
    {"too-large", "", kError, kContract, Stage::syntax, "More bytes than the limit",
     "not examined; every subscriber needs room for the whole of it, and one that has too little "
     "is "
     "disconnected by the server",
     "send fewer matches in a message, or raise the limit if the size is intended"},
    {"too-deep", "", kError, kContract, Stage::syntax, "Nested more deeply than the limit",
     "not examined; a reader that parses by recursion fails on it",
     "no part of the contract nests deeper than eight levels: find out what wraps the message"},
    {"too-many-values", "", kError, kContract, Stage::syntax, "More values than the limit",
     "not examined; a reader needs many times the message's size to hold it",
     "send fewer matches in a message"},
    {"invalid-utf8", "", kError, kContract, Stage::syntax, "Bytes that are not UTF-8",
     "the calendar's client fails to decode it, which ends its listening thread",
     "encode the text as UTF-8: names in Latin-1 and files saved as UTF-16 are the usual causes"},
    {"lone-surrogate", "", kError, kContract, Stage::syntax,
     "Half of a surrogate pair, such as \\ud83d without its second half",
     "some readers refuse the document, others keep text that they cannot write again",
     "write the whole pair, or the character itself in UTF-8"},
    {"number-out-of-range", "", kError, kContract, Stage::syntax,
     "A number that does not fit a double",
     "readers disagree: infinity, an error, or another number", "send a number that fits"},
    {"not-finite", "", kError, kContract, Stage::syntax,
     "NaN, Infinity or -Infinity, which JSON does not have",
     "Python's json accepts it, so the calendar continues; other readers refuse the message",
     "write it with json.dumps(..., allow_nan=False), and null where there is no value"},
    {"truncated", "", kError, kContract, Stage::syntax, "The document ends too early",
     "the calendar cannot parse it: it logs an error, counts it and drops the message",
     "find out what truncated it: a buffer limit, a line break in NDJSON, a file still being "
     "written"},
    {"trailing-data", "", kError, kContract, Stage::syntax, "Data follows the document",
     "the calendar cannot parse it: it logs an error, counts it and drops the message",
     "publish each document as a separate message"},
    {"not-json", "", kError, kContract, Stage::syntax, "Not JSON",
     "the calendar cannot parse it: it logs an error, counts it and drops the message",
     "publish the output of a JSON library, as UTF-8; single quotes and comments are not JSON"},
    {"duplicate-key", "", kError, kContract, Stage::syntax, "A key occurs twice in one object",
     "most readers silently keep only the last value", "write each key once"},
    {"not-judged", "", kError, kContract, Stage::syntax, "The document could not be validated",
     "unknown", "report this with the message's size and shape"},

    // The envelope.
    {"not-an-object", "", kError, kContract, Stage::rules, "JSON, but not an object",
     "the calendar fails on the first field it reads and drops the message",
     "publish an object with the six fields of the envelope"},
    {"envelope-field-missing", "", kError, kContract, Stage::rules,
     "message_id, timestamp, source, version or type is missing",
     "without type the calendar only logs the message; the others are for tracing",
     "add the field; all six of the envelope are required", checks::envelope_field_missing,
     std::nullopt, kUnread},
    {"envelope-field-invalid", "", kError, kContract, Stage::rules,
     "A field of the envelope is not a string, or is empty",
     "readers compare it with strings, and no comparison matches", "make it a non-empty string",
     checks::envelope_field_invalid, std::nullopt, kUnread},
    {"message-id-format", "", kError, kContract, Stage::rules, "message_id is not a version 4 UUID",
     "messages cannot be distinguished or traced reliably",
     "use a new random UUID for each message", checks::message_id_format, std::nullopt, kUnread},
    {"version-unsupported", "", kError, kContract, Stage::rules, "version is not \"1.0\"",
     "a reader that checks it will refuse the envelope",
     "set version to \"1.0\"; the payload's version belongs in schema_version",
     checks::version_unsupported, std::nullopt, kUnread},
    {"unknown-type", "", kError, kContract, Stage::rules,
     "type is not one of the three known types", "the calendar logs the name and drops the message",
     "use match_updates, processing_status or system_alert, in lower case", checks::unknown_type},
    {"type-mismatch", "", kError, kContract, Stage::rules, "type is not the expected one",
     "a reader of this kind of message does not recognise it", "set type to the expected name",
     checks::type_mismatch},
    {"payload-missing", "D5", kError, kContract, Stage::rules, "payload is missing or null",
     "the calendar fails on a null, and takes a missing payload for one without changes",
     "send an object, empty if there is no content", checks::payload_missing},
    {"timestamp-format", "", kError, kContract, Stage::rules,
     "A timestamp is not an ISO 8601 date-time",
     "the time of sending is unknown; age and latency cannot be computed",
     "write it like 2030-05-01T12:00:00.000Z", checks::timestamp_format, std::nullopt, kUnread},
    {"timestamp-not-utc", "", kError, kContract, Stage::rules,
     "The envelope's timestamp has an offset instead of Z",
     "readers that compare timestamps as text sort it wrongly", "convert it to UTC and write Z",
     checks::timestamp_not_utc, std::nullopt, kUnread},
    {"timestamp-naive", "D7", kError, kContract, Stage::rules, "A timestamp without a zone",
     "readers mistake local time for UTC (or the reverse): wrong by an hour or two",
     "use UTC and write the Z, in Python datetime.now(timezone.utc)", checks::timestamp_naive,
     std::nullopt, kUnread},
    {"timestamp-future", "D7", kError, kContract, Stage::rules, "A timestamp is in the future",
     "latencies become negative, and newer messages look older than this one",
     "correct the publisher's clock, or write UTC instead of local time", checks::timestamp_future,
     std::nullopt, kUnread},
    {"timestamp-old", "D7", kError, kContract, Stage::rules, "A timestamp is more than a year old",
     "the message is a replay, or its clock is wrong: readers act on stale data",
     "correct the publisher's clock; give a replayed message a new timestamp",
     checks::timestamp_old, std::nullopt, kUnread},

    // The version of the payload.
    {"schema-version-in-payload", "D1", kError, kContract, Stage::rules,
     "schema_version is only in the payload",
     "the calendar looks at the top level only, reads the message as version 1.0 and loses "
     "detailed_changes and priority",
     "move schema_version to the top level, beside type", checks::schema_version_in_payload,
     Type::match_updates,
     AtCalendar{kWarning,
                "the calendar uses its legacy reader: changes and priority, which only appear in "
                "its log, are lost; the entry is the same"}},
    {"schema-version-disagrees", "D1", kWarning, kContract, Stage::rules,
     "schema_version differs between top level and payload", "the calendar uses the top level",
     "write it once, at the top level", checks::schema_version_disagrees, Type::match_updates},
    {"schema-version-not-string", "D5", kError, kContract, Stage::rules,
     "schema_version is not a string",
     "the calendar compares it with strings, finds no match and treats the version as unknown",
     "quote it: \"2.0\"", checks::schema_version_not_string, Type::match_updates,
     AtCalendar{kWarning,
                "the calendar uses its legacy reader: changes and priority, which only appear in "
                "its log, are lost; the entry is the same"}},
    {"schema-version-unknown", "", kError, kContract, Stage::rules,
     "schema_version is not 1.0, 1.5 or 2.0", "the calendar does not know how to read it",
     "use \"2.0\"", checks::schema_version_unknown, Type::match_updates,
     AtCalendar{kWarning,
                "the calendar uses its legacy reader: changes and priority, which only appear in "
                "its log, are lost; the entry is the same"}},
    {"schema-version-shape", "", kWarning, kContract, Stage::rules,
     "Raw FOGIS matches with a version other than 2.0",
     "the calendar reads it as an old version and loses detailed_changes and priority",
     "set schema_version to \"2.0\" at the top level", checks::schema_version_shape,
     Type::match_updates},

    // match_updates.
    {"metadata-missing", "D5", kError, kContract, Stage::rules,
     "payload.metadata is missing or null",
     "the calendar finds no has_changes and drops the message, or fails on the null",
     "add metadata with has_changes and total_matches", checks::metadata_missing,
     Type::match_updates},
    {"total-matches-mismatch", "D4", kError, kContract, Stage::rules,
     "total_matches is not the number of matches", "some matches were lost, or the count is wrong",
     "set total_matches to the length of matches", checks::total_matches_mismatch,
     Type::match_updates, kUnread},
    {"changes-without-matches", "D4", kError, kContract, Stage::rules,
     "has_changes is true, but there is no match",
     "the calendar starts a synchronisation with nothing to synchronise",
     "set has_changes to false, or send the matches", checks::changes_without_matches,
     Type::match_updates,
     AtCalendar{kWarning, "the calendar starts a synchronisation with nothing to synchronise"}},
    {"changes-without-details", "D4", kError, kContract, Stage::rules,
     "has_changes is true, but detailed_changes is missing or empty",
     "the calendar does not know what changed or how urgent it is",
     "list each change in detailed_changes", checks::changes_without_details, Type::match_updates,
     AtCalendar{kWarning, "what changed does not reach the calendar's log; the entry is the same"}},
    {"match-id-null", "D5", kError, kContract, Stage::rules, "A match's id is null",
     "the calendar cannot find the match's entry and duplicates it or fails",
     "send the id that FOGIS gave, or leave the match out", checks::match_id_null,
     Type::match_updates,
     AtCalendar{kWarning,
                "the calendar writes the entry with \"None\" for the id and cannot find it again"}},
    {"tid-format", "D5", kError, kContract, Stage::rules,
     "tid does not have the form /Date(milliseconds)/",
     "the calendar fails on the match, and still counts the message as processed",
     "forward the value as FOGIS sends it", checks::tid_format, Type::match_updates},
    {"referees-null", "D5", kError, kContract, Stage::rules, "domaruppdraglista is null",
     "the calendar iterates over it and fails on the match", "send an empty list",
     checks::referees_null, Type::match_updates},
    {"raw-match-keys", "D2", kError, kCalendar, Stage::rules,
     "A match lacks keys that the calendar reads",
     "the calendar fails on this match, and still counts the message as processed",
     "send the raw FOGIS object of the match, whatever the version", checks::raw_match_keys,
     Type::match_updates},
    {"raw-referee-keys", "D2", kError, kCalendar, Stage::rules,
     "A referee's assignment lacks keys that the calendar reads",
     "the calendar fails on this match, and still counts the message as processed",
     "send the raw FOGIS object of the assignment", checks::raw_referee_keys, Type::match_updates},
    {"raw-contact-keys", "D2", kError, kCalendar, Stage::rules,
     "A contact lacks keys that the calendar reads",
     "the calendar fails on this match, and still counts the message as processed",
     "send the raw FOGIS object of the contact, or no kontaktpersoner", checks::raw_contact_keys,
     Type::match_updates},
    {"raw-match-null", "D2", kWarning, kCalendar, Stage::rules,
     "A value that the calendar writes into the entry is null",
     "the entry is written with \"None\" in its place", "send the value that FOGIS has",
     checks::raw_match_null, Type::match_updates},
    {"tid-out-of-range", "D2", kError, kCalendar, Stage::rules,
     "tid is a date outside the years 1 to 9999",
     "the calendar fails on this match, and still counts the message as processed",
     "send the milliseconds since 1970, once", checks::tid_out_of_range, Type::match_updates},
    {"has-changes-not-boolean", "D5", kError, kContract, Stage::rules,
     "has_changes is neither true nor false",
     "readers in Python treat every string but the empty one as true, \"false\" too",
     "send true or false without quotes", checks::has_changes_not_boolean, Type::match_updates,
     AtCalendar{kWarning,
                "the calendar uses Python's truth: every string but the empty one, and every "
                "number but 0, counts as true"}},
    {"detailed-changes-null", "D5", kError, kContract, Stage::rules, "detailed_changes is null",
     "the calendar fails on the whole message: no entry is written",
     "send an empty list, or leave it out", checks::detailed_changes_null, Type::match_updates},
    {"critical-without-high", "D6", kWarning, kContract, Stage::rules,
     "A change is critical, but the calendar does not treat it as urgent",
     "the calendar looks for \"high\" and for changes of time, date, venue and referee, and treats "
     "the message as not urgent",
     R"(add or use the priority "high" until the calendar knows "critical")",
     checks::critical_without_high, Type::match_updates},
    {"unknown-category", "", kWarning, kContract, Stage::rules, "A change's category is unknown",
     "readers treat it like \"unknown\"", "use a category of the contract",
     checks::unknown_category, Type::match_updates},
    {"duplicate-match-id", "", kWarning, kContract, Stage::rules,
     "Two matches of a message have the same id",
     "the calendar writes the match twice; their order decides which one remains",
     "send each match once", checks::duplicate_match_id, Type::match_updates},

    // processing_status and system_alert.
    {"counters-in-payload", "", kWarning, kContract, Stage::rules,
     "The counters are in the payload instead of its details",
     "readers that follow the deployed code do not find them", "move them to payload.details",
     checks::counters_in_payload, Type::processing_status},
    {"alert-severity", "", kWarning, kContract, Stage::rules,
     "severity is high or critical instead of info, warning or error",
     "readers that follow the deployed code do not know the name", "use \"error\"",
     checks::alert_severity, Type::system_alert},

    {"schema", "", kError, kContract, Stage::schema,
     "The JSON Schema of the type and version does not accept it",
     "a reader written to the contract fails on it or skips it",
     "compare with the schema (validate-message --print-schema)", nullptr, std::nullopt, kUnread},
    {"duplicate-message-id", "", kWarning, kContract, Stage::stream,
     "A message_id was seen before in the stream",
     "the message was published or delivered twice where its readers listen, and is processed "
     "twice",
     "check for two publishers, a replay, or a duplicate subscription"},
});

}  // namespace

std::span<const Rule> rules() {
  return kRules;
}

const Rule* find_rule(std::string_view name) {
  for (const auto& rule : kRules) {
    if (rule.name == name) {
      return &rule;
    }
  }
  return nullptr;
}

}  // namespace fogis::message
