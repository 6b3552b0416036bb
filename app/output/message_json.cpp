#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "base/timestamp.hpp"
#include "output/findings.hpp"
#include "output/json.hpp"
#include "output/message_report.hpp"

namespace fogis::output {
namespace {

Json json_of(const JudgedMessage& message) {
  const auto& judgement = message.judgement;
  Json json;
  json["file"] = message.file;
  json["line"] = message.line;
  json["size_bytes"] = message.size;
  json["valid"] = judgement.valid();
  json["schema_valid"] = judgement.schema_valid;
  json["type"] = judgement.type ? Json(message::name(*judgement.type)) : Json(nullptr);
  json["shape"] = judgement.shape ? Json(message::name(*judgement.shape)) : Json(nullptr);
  json["message_id"] = text_or_null(judgement.message_id);
  json["errors"] = judgement.errors;
  json["warnings"] = judgement.warnings;
  json["omitted"] = judgement.omitted();
  json["findings"] = findings_json(judgement, message.lines);
  return json;
}

Json counts_json(const MessageCounts& counts) {
  return {{"messages", counts.messages}, {"valid", counts.messages - counts.invalid},
          {"invalid", counts.invalid},   {"warned", counts.warned},
          {"errors", counts.errors},     {"warnings", counts.warnings}};
}

/// One document. It is written as it grows, a line for each message, since there may be millions.
class MessageJson : public MessageReport {
public:
  explicit MessageJson(const MessageSink& sink) : out_(&sink.out), options_(sink.options) {}

  void begin() override {
    auto head = json_document("validate-message");
    head["started"] = format_timestamp(options_.started);
    head["reader"] = message::name(options_.reader);
    auto text = line(head);
    text.pop_back();  // the document goes on
    out_->write(text + ",\"messages\":[");
  }

  void add(const JudgedMessage& message) override {
    const auto& judgement = message.judgement;
    if (options_.quiet && judgement.errors + judgement.warnings == 0) {
      return;
    }
    out_->write((std::exchange(is_first_, false) ? "\n" : ",\n") + line(json_of(message)));
  }

  void end_file(const JudgedFile& file) override {
    Json json;
    json["file"] = file.name;
    json["counts"] = counts_json(file.counts);
    json["duration_ms"] = milliseconds(file.duration);
    json["error"] = file.error ? to_json(*file.error) : Json(nullptr);
    files_.push_back(std::move(json));
  }

  void end(const JudgedRun& run) override {
    Json tail;
    tail["files"] = std::move(files_);
    tail["counts"] = counts_json(run.counts);
    tail["unreadable"] = run.unreadable;
    tail["valid"] = run.passed();
    tail["interrupted"] = run.interrupted;
    tail["duration_ms"] = milliseconds(run.duration);
    out_->write("\n]," + line(tail).substr(1) + "\n");
  }

private:
  static std::string line(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  Writer* out_;
  MessageReportOptions options_;
  bool is_first_ = true;
  Json files_ = Json::array();
};

}  // namespace

std::unique_ptr<MessageReport> message_json(const MessageSink& sink) {
  return std::make_unique<MessageJson>(sink);
}

}  // namespace fogis::output
