#include "redis/pubsub_frame.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string_view>

#include "support/results.hpp"

using namespace fogis;
using namespace fogis::redis;
using namespace fogis::testing;

namespace {

Reply read(std::string_view bytes) {
  ReplyReader reader;
  require_ok(reader.feed(bytes));
  return std::move(*require_ok(reader.next()));
}

}  // namespace

TEST_CASE("a message is read from a RESP2 array and a RESP3 push alike") {
  const auto* const type = GENERATE("*", ">");
  const auto frame = require_ok(
      parse_pubsub_frame(read(std::string(type) + "3\r\n$7\r\nmessage\r\n+c\r\n+p\r\n")));
  CHECK(frame.type == PubSubFrame::Type::message);
  CHECK(frame.channel == "c");
  CHECK(frame.pattern.empty());
  CHECK(frame.payload == "p");
}

TEST_CASE("a pattern's message carries pattern and channel") {
  const auto frame =
      require_ok(parse_pubsub_frame(read("*4\r\n+pmessage\r\n+f:*\r\n+f:1\r\n+hej\r\n")));
  CHECK(frame.pattern == "f:*");
  CHECK(frame.channel == "f:1");
  CHECK(frame.payload == "hej");
}

TEST_CASE("every acknowledgement names its channel") {
  const auto* const kind = GENERATE("subscribe", "psubscribe", "unsubscribe", "punsubscribe");
  const auto frame =
      require_ok(parse_pubsub_frame(read("*3\r\n+" + std::string(kind) + "\r\n+c\r\n:1\r\n")));
  CHECK(frame.type == PubSubFrame::Type::acknowledgement);
  CHECK(frame.channel == "c");
}

TEST_CASE("a pong is known in both protocols") {
  CHECK(require_ok(parse_pubsub_frame(read("+PONG\r\n"))).type == PubSubFrame::Type::pong);
  CHECK(require_ok(parse_pubsub_frame(read("*2\r\n+pong\r\n+\r\n"))).type ==
        PubSubFrame::Type::pong);
}

TEST_CASE("anything else on a subscribed connection is a protocol fault") {
  const auto* const bytes =
      GENERATE("+OK\r\n", ":1\r\n", "*0\r\n", "*2\r\n+message\r\n+c\r\n",
               "*3\r\n+news\r\n+a\r\n+b\r\n", "*3\r\n:1\r\n:2\r\n:3\r\n", "$-1\r\n");
  const auto error = require_error(parse_pubsub_frame(read(bytes)), ErrorKind::protocol);
  CHECK(error.phase == Phase::subscribe);
}

TEST_CASE("a message in a buffer is read without the full reader") {
  const auto* const type = GENERATE("*", ">");
  const std::string message =
      std::string(type) + "3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$4\r\n\r\n:1\r\n";
  const std::string more = message + "*3\r\n";
  const auto framed = parse_message(more);
  REQUIRE(framed);
  CHECK(framed->bytes == message.size());
  CHECK(framed->message.channel == "ch");
  CHECK(framed->message.pattern.empty());
  CHECK(framed->message.payload == "\r\n:1");
  const std::string matched =
      std::string(type) + "4\r\n$8\r\npmessage\r\n$2\r\nc*\r\n$2\r\nch\r\n$0\r\n\r\n";
  const auto by_pattern = parse_message(matched);
  REQUIRE(by_pattern);
  CHECK(by_pattern->message.pattern == "c*");
  CHECK(by_pattern->message.channel == "ch");
  CHECK(by_pattern->message.payload.empty());
  for (std::size_t length = 0; length < message.size(); ++length) {
    CHECK_FALSE(parse_message(std::string_view(message).substr(0, length)));
  }
}

TEST_CASE("what is no plain message is left to the full reader") {
  const auto* const bytes = GENERATE(
      "+PONG\r\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n", "*3\r\n+message\r\n+c\r\n+p\r\n",
      "*3\r\n$7\r\nmessage\r\n$-1\r\n$1\r\np\r\n", "*3\r\n$7\r\nmessage\r\n$\r\n\r\n$1\r\np\r\n",
      "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$99999999999999999999\r\np\r\n",
      "*4\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\np\r\n$1\r\np\r\n",
      "*3\r\n$7\r\nmessage\r\n$1x\r\nc");
  CHECK_FALSE(parse_message(bytes));
}
