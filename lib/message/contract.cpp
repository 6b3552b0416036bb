#include "message/contract.hpp"

#include <exception>
#include <nlohmann/json.hpp>

#include "message/message_view.hpp"
#include "message/quote.hpp"
#include "message/rule_checks.hpp"
#include "message/scan.hpp"
#include "message/schema.hpp"
#include "message/summary.hpp"

namespace fogis::message {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxMessageId = 64;

bool concerns(const Rule& rule, const MessageView& view, Reader reader) {
  return rule.check != nullptr && (!rule.type || rule.type == view.type) &&
         (rule.reader == Reader::contract || rule.reader == reader);
}

void check_rules(const MessageView& view, const JudgeOptions& options, Collector& findings) {
  const RuleInput input{view, options, options.now.value_or(std::chrono::system_clock::now())};
  for (const auto& rule : rules()) {
    if (concerns(rule, view, options.reader)) {
      rule.check(input, findings);
    }
  }
}

void judge_document(const json& document, const JudgeOptions& options, Judgement& judgement,
                    Collector& findings) {
  if (!document.is_object()) {
    findings.add("not-an-object", Path(), [&] { return describe(document); });
    return;
  }
  const auto view = view_message(document, options.as);
  judgement.type = view.type;
  judgement.shape = view.shape;
  if (const auto* id = as_text(find_member(document, "message_id"))) {
    judgement.message_id = id->substr(0, kMaxMessageId);
  }
  check_rules(view, options, findings);
  judgement.schema_valid = view.shape && check_schema(document, *view.shape, findings);
}

}  // namespace

Judgement judge(std::string_view document, const JudgeOptions& options, Summary* summary) {
  Judgement judgement;
  Collector findings(judgement, options.max_findings, options.reader);
  try {
    const Bounds bounds{options.max_size, options.max_depth, options.max_values};
    json value;
    const bool whole = scan(document, bounds, value, findings);
    if (summary != nullptr) {
      *summary = summarize(document, whole ? &value : nullptr);
    }
    if (whole) {
      judge_document(value, options, judgement, findings);
    }
  } catch (const std::exception& fault) {
    // Of the libraries; nothing is known to throw but the lack of memory.
    findings.add("not-judged", Path(), [&] { return excerpt(fault.what(), 120); });
  }
  return judgement;
}

Judgement refuse_too_large(std::uint64_t size, const JudgeOptions& options) {
  Judgement judgement;
  Collector findings(judgement, options.max_findings, options.reader);
  report_too_large(size, {options.max_size, options.max_depth, options.max_values}, findings);
  return judgement;
}

}  // namespace fogis::message
