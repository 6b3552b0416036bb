#include "redis/info.hpp"

#include "base/number.hpp"

namespace fogis::redis {

Info::Info(std::string_view reply) {
  while (!reply.empty()) {
    const auto end = reply.find('\n');
    auto line = reply.substr(0, end);
    reply.remove_prefix(end == std::string_view::npos ? reply.size() : end + 1);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    const auto colon = line.find(':');
    if (!line.starts_with('#') && colon != std::string_view::npos) {
      fields_.insert_or_assign(std::string(line.substr(0, colon)),
                               std::string(line.substr(colon + 1)));
    }
  }
}

std::optional<std::string> Info::text(std::string_view field) const {
  const auto found = fields_.find(field);
  return found == fields_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> Info::integer(std::string_view field) const {
  const auto value = text(field);
  return value ? parse_number<std::int64_t>(*value) : std::nullopt;
}

std::optional<double> Info::number(std::string_view field) const {
  const auto value = text(field);
  return value ? parse_number<double>(*value) : std::nullopt;
}

}  // namespace fogis::redis
