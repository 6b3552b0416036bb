// The functions behind the table of rules. Each looks at a message for one fault and adds a finding
// for each place that has it. They rely on nothing: any part of the message may be missing or of
// another kind, which is then another rule's or the schema's business.
#pragma once

#include <chrono>

#include "message/collector.hpp"
#include "message/message_view.hpp"

namespace fogis::message {

/// What a rule may look at.
struct RuleInput {
  const MessageView& view;
  const JudgeOptions& options;
  std::chrono::system_clock::time_point now;
};

namespace checks {

// Any message (rule_checks_envelope.cpp).
void envelope_field_missing(const RuleInput& input, Collector& findings);
void envelope_field_invalid(const RuleInput& input, Collector& findings);
void message_id_format(const RuleInput& input, Collector& findings);
void version_unsupported(const RuleInput& input, Collector& findings);
void unknown_type(const RuleInput& input, Collector& findings);
void type_mismatch(const RuleInput& input, Collector& findings);
void payload_missing(const RuleInput& input, Collector& findings);
void timestamp_format(const RuleInput& input, Collector& findings);
void timestamp_not_utc(const RuleInput& input, Collector& findings);
void timestamp_naive(const RuleInput& input, Collector& findings);
void timestamp_future(const RuleInput& input, Collector& findings);
void timestamp_old(const RuleInput& input, Collector& findings);

// match_updates as a whole (rule_checks_updates.cpp).
void schema_version_in_payload(const RuleInput& input, Collector& findings);
void schema_version_disagrees(const RuleInput& input, Collector& findings);
void schema_version_not_string(const RuleInput& input, Collector& findings);
void schema_version_unknown(const RuleInput& input, Collector& findings);
void schema_version_shape(const RuleInput& input, Collector& findings);
void metadata_missing(const RuleInput& input, Collector& findings);
void total_matches_mismatch(const RuleInput& input, Collector& findings);
void changes_without_matches(const RuleInput& input, Collector& findings);
void changes_without_details(const RuleInput& input, Collector& findings);
void critical_without_high(const RuleInput& input, Collector& findings);
void unknown_category(const RuleInput& input, Collector& findings);

// The matches (rule_checks_matches.cpp).
void match_id_null(const RuleInput& input, Collector& findings);
void tid_format(const RuleInput& input, Collector& findings);
void referees_null(const RuleInput& input, Collector& findings);
void raw_match_keys(const RuleInput& input, Collector& findings);
void raw_contact_keys(const RuleInput& input, Collector& findings);
void raw_match_null(const RuleInput& input, Collector& findings);
void tid_out_of_range(const RuleInput& input, Collector& findings);
void has_changes_not_boolean(const RuleInput& input, Collector& findings);
void detailed_changes_null(const RuleInput& input, Collector& findings);
void raw_referee_keys(const RuleInput& input, Collector& findings);
void duplicate_match_id(const RuleInput& input, Collector& findings);

// processing_status and system_alert (rule_checks_status.cpp).
void counters_in_payload(const RuleInput& input, Collector& findings);
void alert_severity(const RuleInput& input, Collector& findings);

}  // namespace checks
}  // namespace fogis::message
