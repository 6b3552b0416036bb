// Peers that take the connection and then do not speak Redis, or not well.
#include <string>

#include "cli/faults/fault.hpp"

namespace fogis::testing::faults {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

FakeServer::Script operator+(FakeServer::Script script, const FakeServer::Script& more) {
  script.insert(script.end(), more.begin(), more.end());
  return script;
}

/// Takes the connection, and answers the first command, which names us.
FakeServer::Script greeting(const FakeServer::Script& more) {
  return FakeServer::Script{fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+OK\r\n"},
                            fake::ReadCommands{1}} +
         more;
}

/// Answers our first command with these bytes, on every connection.
std::function<Trial()> saying(std::string bytes) {
  return scripted({fake::Accept{}, fake::ReadCommands{1}, fake::Send{std::move(bytes)},
                   fake::AwaitClose{}, fake::Repeat{}});
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  all.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) {
    all += text;
  }
  return all;
}

Fault protocol_fault(std::string id, std::string happening, std::string hint, std::string bytes) {
  return {.id = std::move(id),
          .happening = std::move(happening),
          .outcome = "protocol in auth",
          .exit_code = 3,
          .hint = std::move(hint),
          .limit = kAmple,
          .stage = saying(std::move(bytes))};
}

Fault loss(std::string id, std::string happening, const std::string& phase,
           FakeServer::Script script) {
  return {.id = std::move(id),
          .happening = std::move(happening),
          .outcome = "disconnected in " + phase,
          .exit_code = 3,
          .hint = "look at",
          .limit = kAmple,
          .stage = scripted(std::move(script))};
}

Fault silence(std::string id, std::string happening, const std::string& phase,
              FakeServer::Script script) {
  return {.id = std::move(id),
          .happening = std::move(happening),
          .outcome = "timed_out in " + phase,
          .exit_code = 3,
          .hint = "stopped, busy or paused",
          .limit = kShort,
          .lasts_to_the_limit = true,
          .stage = scripted(std::move(script))};
}

/// The second of three PINGs is answered after its time is over, on a connection that is then of no
/// use: the late PONG must not be taken for the answer to the third.
Trial late_reply() {
  auto trial = scripted(
      greeting({fake::Send{"+PONG\r\n"}, fake::ReadCommands{1}, fake::Accept{}, fake::Use{0},
                fake::Send{"+PONG\r\n"}, fake::Use{1}, fake::ReadCommands{1}, fake::Send{"+OK\r\n"},
                fake::ReadCommands{1}, fake::Send{"+PONG\r\n"}, fake::AwaitClose{}}))();
  return with(std::move(trial), {"--count", "3", "--interval", "0"});
}

/// Speaks RESP3 and puts two pushes before the PONG, all in one segment.
Trial pushes() {
  auto trial = scripted({fake::Accept{}, fake::ReadCommands{2},
                         fake::Send{"%1\r\n+server\r\n+redis\r\n+OK\r\n"}, fake::ReadCommands{1},
                         fake::Send{">2\r\n+invalidate\r\n*1\r\n+a\r\n>2\r\n+invalidate\r\n*1\r\n"
                                    "+b\r\n+PONG\r\n"},
                         fake::AwaitClose{}, fake::Repeat{}})();
  trial.options.back() += "?protocol=3";
  return trial;
}

/// Takes a subscription to `c` and sends these bytes with its acknowledgement.
FakeServer::Script subscribed(const std::string& bytes) {
  return greeting({fake::Send{":7\r\n"}, fake::ReadCommands{1},
                   fake::Send{"*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n" + bytes}});
}

/// The first message is too large; the second one, on the next connection, ends the run.
Trial oversized_push() {
  const std::string beginning = "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n";
  auto trial =
      scripted(subscribed(beginning + "$500000000\r\nabc") +
               subscribed(beginning + "$3\r\nabc\r\n") + FakeServer::Script{fake::AwaitClose{}})();
  trial.command = {"subscribe", "c", "--count", "1", "-v"};
  return trial;
}

/// Messages that a filter leaves out, so that the output is small.
Trial flooded_subscription() {
  const std::string message =
      "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$20\r\n{\"type\":\"something\"}\r\n";
  auto trial =
      scripted(subscribed({}) + FakeServer::Script{fake::Flood{repeated(message, 1000)}})();
  trial.command = {"subscribe", "c", "--type", "match_updates", "--duration", "1s"};
  return trial;
}

/// Publishes until the run has ended.
Trial flooded_observation() {
  constexpr int kAtOnce = 1000;
  const auto server = std::make_shared<RedisServer>(
      RedisServer::Options{.arguments = {"--client-output-buffer-limit", "pubsub 0 0 0"}});
  auto trial = ping(server->url());
  trial.world = server;
  trial.command = {"integration", "--observe", "1s", "--expect-subscribers", "0"};
  trial.meanwhile = [server](Process& process) {
    auto publisher = server->client();
    while (!process.has_ended()) {
      for (int i = 0; i < kAtOnce; ++i) {
        publisher.send({"PUBLISH", "fogis:system:alerts", "abc"});
      }
      for (int i = 0; i < kAtOnce; ++i) {
        publisher.receive();
      }
    }
  };
  return trial;
}

std::vector<Fault> floods() {
  return {
      {.id = "oversized-push",
       .happening = "sends a message of 500 MB to `subscribe`, then a small one",
       .outcome = "received, with a gap",
       .hint = "a reply of 500000000 bytes, the limit is 67108864",
       .limit = kAmple,
       .stage = oversized_push},
      {.id = "oversized-reply",
       .happening = "sends an answer without end, in small parts",
       .outcome = "protocol in command",
       .exit_code = 3,
       .hint = "a reply of more than 67108864 bytes",
       .limit = kAmple,
       .stage = scripted(greeting(
           {fake::Send{"*1048576\r\n"}, fake::Flood{repeated(":1\r\n", 4096)}, fake::Repeat{}}))},
      {.id = "flood-subscribed",
       .happening = "sends messages without end to `subscribe --duration 1s`",
       .outcome = "received",
       .limit = kAmple,
       .at_least = seconds(1),
       .stage = flooded_subscription},
      {.id = "flood-observed",
       .happening = "publishes without end while `integration --observe 1s` watches",
       .outcome = "contract: fail",
       .exit_code = 1,
       .hint = "not-json",
       .limit = kAmple,
       .at_least = seconds(1),
       .stage = flooded_observation},
  };
}

std::vector<Fault> silent_peers() {
  return {
      silence("silent", "takes the connection and says nothing", "auth",
              {fake::Accept{}, fake::AwaitClose{}, fake::Repeat{}}),
      silence("silent-later", "answers the set-up, then says nothing", "command",
              greeting({fake::AwaitClose{}, fake::Repeat{}})),
      silence("byte-a-second", "sends its answer a byte a second", "auth",
              {fake::Accept{}, fake::ReadCommands{1}, fake::Drip{"+OK\r\n", seconds(1)},
               fake::AwaitClose{}, fake::Repeat{}}),
      {.id = "endless-pushes",
       .happening = "sends pushes without end instead of its answer",
       .outcome = "timed_out in auth",
       .exit_code = 3,
       .hint = "stopped, busy or paused",
       .limit = kShort,
       .lasts_to_the_limit = true,
       .stage = scripted({fake::Accept{}, fake::ReadCommands{1},
                          fake::Flood{">2\r\n+invalidate\r\n*1\r\n+a\r\n"}, fake::Repeat{}})},
      silence("byte-now-and-then", "sends a long answer a byte every 20 ms", "command",
              greeting({fake::Drip{"$900\r\n" + std::string(900, 'x'), milliseconds(20)},
                        fake::AwaitClose{}, fake::Repeat{}})),
      {.id = "late-reply",
       .happening = "answers a PING after its time is over",
       .outcome = "some lost, the last answered",
       .exit_code = 1,
       .limit = kShort,
       .lasts_to_the_limit = true,
       .stage = late_reply},
  };
}

std::vector<Fault> broken_connections() {
  return {
      loss("reset", "resets the connection after our first command", "auth",
           {fake::Accept{}, fake::ReadCommands{1}, fake::Reset{}, fake::Repeat{}}),
      loss("reset-in-reply", "resets the connection in the middle of a reply", "command",
           greeting({fake::Send{"$100\r\nabc"}, fake::Reset{}, fake::Repeat{}})),
      {.id = "closed-at-once",
       .happening = "closes the connection as soon as it has taken it",
       .outcome = "disconnected in auth",
       .exit_code = 3,
       .hint = "a container's published port",
       .limit = kAmple,
       .stage = scripted({fake::Accept{}, fake::Close{}, fake::Repeat{}})},
      loss("closed-in-reply", "closes the connection in the middle of a reply", "command",
           greeting({fake::Send{"$100\r\nabc"}, fake::Close{}, fake::Repeat{}})),
  };
}

std::vector<Fault> babble() {
  return {
      protocol_fault("garbage", "answers with random bytes", "check host and port",
                     "\x8f\x02\xfe\x1b[31m\x9c\x07\r\n"),
      protocol_fault("http", "is a web server", "a web service listens there",
                     "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
      protocol_fault("ssh", "is an SSH server", "Redis uses 6379", "SSH-2.0-Example\r\n"),
      protocol_fault("nested-arrays", "answers with 100,000 nested arrays",
                     "what any FOGIS service uses", repeated("*1\r\n", 100'000)),
      protocol_fault("huge-bulk", "announces a bulk string of 1 GiB", "what any FOGIS service uses",
                     "$1073741824\r\nabc"),
      protocol_fault("huge-count", "announces an array of 1,000,000,000 elements",
                     "what any FOGIS service uses", "*1000000000\r\n"),
      {.id = "endless-line",
       .happening = "sends a line without an end",
       .outcome = "protocol in auth",
       .exit_code = 3,
       .hint = "what any FOGIS service uses",
       .limit = kAmple,
       .stage = scripted({fake::Accept{}, fake::ReadCommands{1}, fake::Send{"+"}, fake::Flood{"x"},
                          fake::Repeat{}})},
      {.id = "reply-to-nothing",
       .happening = "sends a reply more than there were commands",
       .outcome = "protocol in command",
       .exit_code = 3,
       .hint = "mixes up replies",
       .limit = kAmple,
       .stage = saying("+OK\r\n+OK\r\n")},
      {.id = "wrong-answer",
       .happening = "answers PING with a number",
       .outcome = "protocol in command",
       .exit_code = 3,
       .hint = "that of a Redis server",
       .limit = kAmple,
       .stage = scripted(greeting({fake::Send{":7\r\n"}, fake::AwaitClose{}, fake::Repeat{}}))},
      {.id = "two-pushes",
       .happening = "sends two pushes and the PONG in one segment (RESP3)",
       .outcome = "answered",
       .limit = kAmple,
       .stage = pushes},
  };
}

}  // namespace

Chapter strange_peers() {
  Chapter chapter{"Peers that do not speak Redis, or not well", silent_peers()};
  for (const auto& more : {broken_connections(), babble(), floods()}) {
    chapter.faults.insert(chapter.faults.end(), more.begin(), more.end());
  }
  return chapter;
}

}  // namespace fogis::testing::faults
