// What is wrong with a message, as text and as JSON.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "message/contract.hpp"
#include "output/style.hpp"

namespace fogis::output {

/// Two lines for each finding: severity, rule, number of the known failure, pointer and what was
/// found; then what the reader will do and how to fix it. Each line begins with `indent`. A last
/// line tells how many findings were not kept.
std::string findings_text(const message::Judgement& judgement, const Style& style,
                          std::string_view indent);

/// An array of `{rule, ref, severity, reader, pointer, line, found, consequence, hint}`; `line`
/// only where `lines` holds one for each finding.
nlohmann::ordered_json findings_json(const message::Judgement& judgement,
                                     std::span<const std::size_t> lines = {});

}  // namespace fogis::output
