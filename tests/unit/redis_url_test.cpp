#include "config/redis_url.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>
#include <vector>

using fogis::config::parse_redis_url;
using fogis::config::RespVersion;
using fogis::config::Transport;
using fogis::config::UrlFinding;
using fogis::config::UrlReport;

namespace {

std::vector<std::string> codes(const std::vector<UrlFinding>& findings) {
  std::vector<std::string> result;
  std::transform(findings.begin(), findings.end(), std::back_inserter(result),
                 [](const auto& finding) { return finding.code; });
  return result;
}

std::vector<std::string> list(std::initializer_list<std::string> items) {
  return items;
}

/// A URL, and where exactly which fault is.
struct Fault {
  std::string url;
  std::string code;
  std::size_t position;
  std::size_t length;
};

void check_place(const std::vector<UrlFinding>& findings, const Fault& expected) {
  const auto found = std::find_if(findings.begin(), findings.end(), [&](const auto& candidate) {
    return candidate.code == expected.code;
  });
  CAPTURE(codes(findings));
  REQUIRE(found != findings.end());
  CHECK(found->position == expected.position);
  CHECK(found->length == expected.length);
}

}  // namespace

TEST_CASE("the usual URLs are valid, and no client reads them differently") {
  const auto text = GENERATE(
      "redis://fogis-redis:6379", "redis://fogis-redis:6379/", "redis://fogis-redis:6379/0",
      "redis://fogis-redis", "rediss://user:secret@redis.example.org:6380/15",
      "redis://default:p%40ss%2Fword@127.0.0.1:6379/2", "redis://ho_st-1.example.org.:1",
      "redis://user:a:b@host:65535", "redis://host:6379?", "redis://host:006379/02");
  CAPTURE(text);
  const auto report = parse_redis_url(text);
  CHECK(codes(report.faults).empty());
  CHECK(codes(report.warnings).empty());
}

TEST_CASE("every part of a URL is read and decoded") {
  const auto report = parse_redis_url(
      "rediss://us%65r:p%40%3a@redis.example.org:6380/3?protocol=3&socket_timeout=1.5"
      "&socket_connect_timeout=2&ssl_cert_reqs=none&ssl_ca_certs=%2Fetc%2Fca.pem&client_name=me");
  REQUIRE(report.faults.empty());
  const auto& url = report.url;
  CHECK(url.scheme == "rediss");
  CHECK(url.transport == Transport::tls);
  CHECK(url.username == "user");
  CHECK_FALSE(url.username_is_secret);
  REQUIRE(url.password);
  CHECK(url.password->reveal() == "p@:");
  CHECK(url.host == "redis.example.org");
  CHECK(url.port == 6380);
  CHECK(url.database == 3U);
  CHECK(url.protocol == RespVersion::resp3);
  CHECK(url.timeout == "1.5");
  CHECK(url.connect_timeout == "2");
  CHECK(url.verify == false);
  CHECK(url.ca_file == "/etc/ca.pem");
  CHECK(url.client_name == "me");
  CHECK_FALSE(url.socket_path);
  CHECK(codes(report.warnings) == list({"nothing-verified"}));
  CHECK(codes(report.notes) == list({"query-in-redis-cli"}));
}

TEST_CASE("what is not in the URL is absent") {
  const auto url = parse_redis_url("redis://host").url;
  CHECK(url.host == "host");
  CHECK_FALSE(url.port);
  CHECK_FALSE(url.username);
  CHECK_FALSE(url.password);
  CHECK_FALSE(url.database);
  CHECK_FALSE(url.protocol);
  CHECK_FALSE(url.timeout);
  CHECK_FALSE(url.connect_timeout);
  CHECK_FALSE(url.verify);
  CHECK_FALSE(url.ca_file);
  CHECK_FALSE(url.client_name);
}

TEST_CASE("a socket URL has a decoded path, and a database in its query") {
  const auto report = parse_redis_url("unix://user:pw@/run/my%20redis/a@b.sock?db=4");
  REQUIRE(report.faults.empty());
  CHECK(report.url.transport == Transport::unix_socket);
  CHECK(report.url.socket_path == "/run/my redis/a@b.sock");
  CHECK(report.url.username == "user");
  CHECK(report.url.database == 4U);
  CHECK_FALSE(report.url.host);
  CHECK(codes(report.notes) == list({"scheme-not-in-redis-cli"}));
  CHECK(report.redacted == "unix://user:***@/run/my%20redis/a@b.sock?db=4");
}

TEST_CASE("IPv6 addresses lose their brackets and keep their zone") {
  const auto plain = parse_redis_url("redis://[2001:db8::1]:6380");
  CHECK(plain.faults.empty());
  CHECK(plain.url.host == "2001:db8::1");
  CHECK(plain.url.port == 6380);
  CHECK(codes(plain.notes) == list({"ipv6-in-brackets"}));
  CHECK(plain.notes[0].position == 9);
  CHECK(plain.notes[0].length == 11);
  const auto zoned = parse_redis_url("redis://[fe80::1%25eth0]");
  CHECK(zoned.faults.empty());
  CHECK(zoned.url.host == "fe80::1%eth0");
}

TEST_CASE("each fault is named with its place") {
  const auto fault = GENERATE(
      Fault{"", "empty-url", 0, 0}, Fault{" \t ", "empty-url", 0, 3},
      Fault{" redis://h", "white-space", 0, 1}, Fault{"redis://h\n", "white-space", 9, 1},
      Fault{"redis://u:a b@h", "white-space", 11, 1},
      Fault{"redis://u:a\x01@h", "control-character", 11, 1},
      Fault{"redis://h\x7f:1", "control-character", 9, 1},
      Fault{"localhost:6379", "missing-scheme", 0, 0}, Fault{"localhost", "missing-scheme", 0, 0},
      Fault{"/run/redis.sock", "missing-scheme", 0, 0}, Fault{"//host", "missing-scheme", 0, 0},
      Fault{"://host", "missing-scheme", 0, 0}, Fault{"redsi://h", "unknown-scheme", 0, 5},
      Fault{"http://h", "unknown-scheme", 0, 4}, Fault{"redis:/h", "missing-slashes", 5, 2},
      Fault{"redis:h", "missing-slashes", 5, 1}, Fault{"redis//h", "missing-slashes", 5, 2},
      Fault{"unix:/run/s", "missing-slashes", 4, 2}, Fault{"redis://u:%zz@h", "bad-percent", 10, 3},
      Fault{"redis://u:a%4@h", "bad-percent", 11, 2}, Fault{"redis://u%:a@h", "bad-percent", 9, 1},
      Fault{"redis://u:a%00b@h", "encoded-nul", 11, 3},
      Fault{"unix:///run/%00", "encoded-nul", 12, 3},
      Fault{"redis://h:0", "port-out-of-range", 10, 1},
      Fault{"redis://h:65536", "port-out-of-range", 10, 5},
      Fault{"redis://h:99999999999999999999", "port-out-of-range", 10, 20},
      Fault{"redis://h:47391abc", "bad-port", 10, 8}, Fault{"redis://h:-1", "bad-port", 10, 2},
      Fault{"redis://u:p@h:x/0", "bad-port", 14, 1}, Fault{"redis://h:1:2", "bad-port", 10, 3},
      Fault{"redis://[::1", "unclosed-bracket", 8, 4}, Fault{"redis://[::g]:1", "bad-ipv6", 9, 3},
      Fault{"redis://[]:1", "bad-ipv6", 9, 0}, Fault{"redis://[1.2.3.4]", "bad-ipv6", 9, 7},
      Fault{"redis://[fe80::1%25]", "bad-zone", 16, 3},
      Fault{"redis://[fe80::1%eth0]", "bad-zone", 16, 5},
      Fault{"redis://[fe80::1%25e!]", "bad-zone", 16, 5},
      Fault{"redis://[::1]x", "bad-host", 13, 1},
      Fault{"redis://::1:6379", "ipv6-without-brackets", 8, 8},
      Fault{"redis://2001:db8::1", "ipv6-without-brackets", 8, 11},
      Fault{"redis://ho!st:1", "bad-host", 10, 1}, Fault{"redis://h%6fst", "bad-host", 9, 1},
      Fault{"redis://a..b", "bad-host", 8, 4}, Fault{"redis://.", "bad-host", 8, 1},
      Fault{"redis://" + std::string(64, 'a'), "bad-host", 8, 64},
      Fault{"redis://h\xc3\xb6st:1", "non-ascii-host", 8, 5},
      Fault{"redis://256.1.1.1", "bad-ipv4", 8, 9}, Fault{"redis://127.1", "bad-ipv4", 8, 5},
      Fault{"redis://6379", "bad-ipv4", 8, 4}, Fault{"redis://h/abc", "bad-database", 10, 3},
      Fault{"redis://h/-1", "bad-database", 10, 2}, Fault{"redis://h/%32", "bad-database", 10, 3},
      Fault{"redis://h/2x", "bad-database", 10, 2},
      Fault{"redis://h/2147483648", "database-too-large", 10, 10},
      Fault{"redis://h/99999999999", "database-too-large", 10, 11},
      Fault{"redis://h/1/2", "extra-path", 11, 2}, Fault{"redis://h//2", "extra-path", 10, 2},
      Fault{"redis://h/1#x", "fragment", 11, 2}, Fault{"redis://h#", "fragment", 9, 1},
      Fault{"redis://u:p@w@h", "unencoded-delimiter", 11, 1},
      Fault{"redis://u:p/w@h", "unencoded-delimiter", 11, 1},
      Fault{"redis://u:p?w@h", "unencoded-delimiter", 11, 1},
      Fault{"redis://u:p#w@h", "unencoded-delimiter", 11, 1},
      Fault{"redis://u:1?w@h:1", "unencoded-delimiter", 11, 1},
      Fault{"unix://", "missing-socket-path", 7, 0}, Fault{"unix:///", "missing-socket-path", 7, 1},
      Fault{"unix:///run/", "bad-socket-path", 7, 5},
      Fault{"unix://run/s.sock", "relative-socket-path", 7, 3},
      Fault{"unix:///" + std::string(107, 'a'), "socket-path-too-long", 7, 108},
      Fault{"redis://h:1?db=x", "bad-database", 15, 1},
      Fault{"redis://h:1?protocol=4", "bad-protocol", 21, 1},
      Fault{"redis://h:1?timeout=0", "bad-timeout", 20, 1},
      Fault{"redis://h:1?socket_timeout=abc", "bad-timeout", 27, 3},
      Fault{"redis://h:1?socket_connect_timeout=-5", "bad-timeout", 35, 2},
      Fault{"rediss://h:1?ssl_cert_reqs=maybe", "bad-cert-reqs", 27, 5},
      Fault{"rediss://h:1?ssl_check_hostname=maybe", "bad-check-hostname", 32, 5},
      Fault{"redis://h:1?client_name=a%20b", "bad-client-name", 24, 5},
      Fault{"redis://h:1?dbb=1", "unknown-query-key", 12, 3},
      Fault{"redis://h:1?db", "empty-query-value", 14, 0},
      Fault{"redis://h:1?xyz", "bad-query", 12, 3},
      Fault{"redis://h:1?db=", "empty-query-value", 15, 0},
      Fault{"redis://h:1?db=1&db=1", "repeated-query-key", 17, 4},
      Fault{"redis://h:1?client_name=%g", "bad-percent", 24, 2},
      Fault{"redis://h:1?password=x", "credentials-in-query", 12, 8},
      Fault{"redis://h:1?username=x", "credentials-in-query", 12, 8});
  CAPTURE(fault.url);
  const auto report = parse_redis_url(fault.url);
  const auto found =
      std::find_if(report.faults.begin(), report.faults.end(),
                   [&](const auto& candidate) { return candidate.code == fault.code; });
  CAPTURE(codes(report.faults));
  REQUIRE(found != report.faults.end());
  CHECK(found->position == fault.position);
  CHECK(found->length == fault.length);
  CHECK_FALSE(found->part.empty());
  CHECK_FALSE(found->message.empty());
  CHECK_FALSE(found->hint.empty());
}

TEST_CASE("a variable that nothing replaced is named as that") {
  const auto warned = GENERATE(as<std::string>{}, "redis://default:$(REDIS_PASSWORD)@h:1",
                               "redis://default:${REDIS_PASSWORD}@h:1", "redis://u:{{pw}}@h:1",
                               "redis://h:1?client_name=${NAME}");
  CAPTURE(warned);
  const auto report = parse_redis_url(warned);
  CHECK(codes(report.faults).empty());
  const auto named = codes(report.warnings);
  CHECK(std::count(named.begin(), named.end(), "unreplaced-variable") == 1);
}

TEST_CASE("where its characters make a fault, the variable takes the fault's place") {
  const auto text = GENERATE(as<std::string>{}, "redis://$(REDIS_HOST):6379", "redis://${H}",
                             "redis://{{ host }}:1", "redis://%REDIS_HOST%:6379",
                             "redis://h:${PORT}", "redis://h:1/{{db}}");
  CAPTURE(text);
  const auto report = parse_redis_url(text);
  CHECK(codes(report.faults) == list({"unreplaced-variable"}));
}

TEST_CASE("encoded bytes and lone signs are no variables") {
  const auto text = GENERATE(as<std::string>{}, "redis://u:p%40ss%2Fword@h", "redis://u:a$b@h",
                             "redis://u:$()@h", "redis://u:{x}@h", "redis://u:%DB%40@h");
  CAPTURE(text);
  CHECK(codes(parse_redis_url(text).warnings).empty());
}

TEST_CASE("user information behind the slashes of a socket is a fault") {
  const auto report = parse_redis_url("unix:///:secret@/run/s");
  REQUIRE(codes(report.faults) == list({"user-info-in-path"}));
  CHECK(report.redacted == "unix://***@/run/s");
  CHECK(parse_redis_url("unix:///run/redis@1/s").faults.empty());
}

TEST_CASE("what stands in front of the scheme is named") {
  const auto message = [](const char* text) { return parse_redis_url(text).faults.at(0).message; };
  CHECK(message("\"redis://h:1\"").find("quotation mark") != std::string::npos);
  CHECK(message("'redis://h:1'").find("quotation mark") != std::string::npos);
  CHECK(message("REDIS_URL=redis://h:1").find("REDIS_URL=") != std::string::npos);
  CHECK(message("\xEF\xBB\xBFredis://h:1").find("byte order mark") != std::string::npos);
  CHECK(parse_redis_url("/run/s").faults.at(0).hint.find("unix://") != std::string::npos);
}

TEST_CASE("names that others have for a socket lead to unix") {
  const auto* const url = GENERATE("redis+unix:///run/s", "redis+socket:///run/s?db=1");
  const auto report = parse_redis_url(url);
  REQUIRE(codes(report.faults) == list({"unknown-scheme"}));
  CHECK(report.faults[0].hint == "did you mean unix://?");
  CHECK(report.redacted == url);
  CHECK(report.notes.empty());
}

TEST_CASE("a number that follows a socket's path is told as the database that it may be") {
  const auto report = parse_redis_url("unix:///run/r.sock/2");
  CHECK(report.faults.empty());
  REQUIRE(codes(report.warnings) == list({"database-in-socket-path"}));
  CHECK(report.warnings[0].position == 18);
  CHECK(report.warnings[0].length == 2);
  CHECK(report.warnings[0].hint == "write ?db=2");
  CHECK(parse_redis_url("unix:///run/redis/6379").warnings.empty());
}

TEST_CASE("a database after a colon is told where it belongs") {
  const auto report = parse_redis_url("redis://host:6379:2");
  REQUIRE(codes(report.faults) == list({"bad-port"}));
  CHECK(report.faults[0].hint.find("after a slash") != std::string::npos);
}

TEST_CASE("several faults are named in the order of their places") {
  const auto report = parse_redis_url("redis://h:0/x?dbb=1#f");
  CHECK(codes(report.faults) ==
        list({"port-out-of-range", "bad-database", "unknown-query-key", "fragment"}));
}

TEST_CASE("a mistyped scheme or query key is answered with the nearest") {
  CHECK(parse_redis_url("redsi://h").faults[0].hint == "did you mean redis://?");
  CHECK(parse_redis_url("valky://h").faults[0].hint == "did you mean valkey://?");
  CHECK(parse_redis_url("mysql://h").faults[0].hint.starts_with("known are"));
  CHECK(parse_redis_url("redis://h:1?socket_timeuot=1").faults[0].hint ==
        "did you mean \"socket_timeout\"?");
  CHECK(parse_redis_url("redis://h:1?colour=1").faults[0].hint.starts_with("known are"));
}

TEST_CASE("the place of a delimiter in a password is told, with what to write instead") {
  const auto report = parse_redis_url("redis://user:a/b@c#d@host:6379/1");
  REQUIRE(codes(report.faults) ==
          list({"unencoded-delimiter", "unencoded-delimiter", "unencoded-delimiter"}));
  CHECK(report.faults[0].position == 14);
  CHECK(report.faults[0].hint == "write it as %2F");
  CHECK(report.faults[1].position == 16);
  CHECK(report.faults[1].hint == "write it as %40");
  CHECK(report.faults[2].position == 18);
  CHECK(report.faults[2].hint == "write it as %23");
  CHECK(report.redacted == "redis://***@host:6379/1");
}

TEST_CASE("what redis-cli alone reads differently is a note with its place") {
  const auto difference = GENERATE(
      Fault{"redis://:pw@h", "empty-user", 8, 0}, Fault{"redis://u:@h", "empty-password", 10, 0},
      Fault{"redis://h:/2", "empty-port", 9, 1},
      Fault{"unix:///s", "scheme-not-in-redis-cli", 0, 4},
      Fault{"redis://h?db=1", "query-in-redis-cli", 9, 5},
      Fault{"redis://[::1]", "ipv6-in-brackets", 9, 3},
      Fault{"redis://h:1?max_connections=5", "ignored-query-key", 12, 17});
  CAPTURE(difference.url);
  const auto report = parse_redis_url(difference.url);
  CHECK(codes(report.faults).empty());
  CHECK(codes(report.warnings).empty());
  check_place(report.notes, difference);
}

TEST_CASE("what redis-py reads differently, or a mistake, is a warning with its place") {
  const auto difference = GENERATE(
      Fault{"redis://secret@h", "user-without-colon", 8, 6},

      Fault{"redis://@h", "empty-user-info", 8, 0},
      Fault{"redis://u:p[@h", "bracket-in-user-info", 8, 1}, Fault{"redis://", "empty-host", 8, 0},
      Fault{"redis://:6379@", "empty-host", 14, 0}, Fault{"redis://u:p@:1", "empty-host", 12, 0},
      Fault{"REDIS://h", "scheme-in-capitals", 0, 5}, Fault{"valkey://h", "scheme-of-valkey", 0, 6},
      Fault{"valkeys://h", "scheme-of-valkey", 0, 7},

      Fault{"redis://h/2/", "trailing-slash", 11, 1},
      Fault{"redis://h:1/2?db=3", "two-databases", 14, 4},

      Fault{"redis://u:p\xc3\xa4@h", "not-ascii", 10, 3},
      Fault{"redis://h:1?timeout=5", "timeout-of-pool", 12, 9},
      Fault{"redis://h:1?socket_timeout=5s", "timeout-unit", 27, 2},
      Fault{"redis://h:1?ssl_cert_reqs=none", "tls-key-without-tls", 12, 18},
      Fault{"redis://h:1?ssl_ca_certs=x", "tls-key-without-tls", 12, 14},
      Fault{"rediss://h:1?ssl_cert_reqs=optional", "optional-is-required", 27, 8},
      Fault{"rediss://h:1?ssl_check_hostname=false", "name-not-verified", 13, 24},
      Fault{"redis://h:1?ssl_certfile=x", "tls-key-without-tls", 12, 14},
      Fault{"redis://h:1?ssl_keyfile=x", "tls-key-without-tls", 12, 13},
      Fault{"redis://h:1?ssl_check_hostname=true", "tls-key-without-tls", 12, 23},

      Fault{"redis://h:1?client_name=a+b", "plus-in-query", 24, 3},
      Fault{"redis://h:1?client_name=a%2541", "decoded-twice", 24, 6});
  CAPTURE(difference.url);
  const auto report = parse_redis_url(difference.url);
  CHECK(codes(report.faults).empty());
  check_place(report.warnings, difference);
}

TEST_CASE("how redis-cli misreads a query depends on what stands before it") {
  const auto message = [](const char* text) {
    const auto report = parse_redis_url(text);
    REQUIRE(report.faults.empty());
    REQUIRE(report.notes.back().code == "query-in-redis-cli");
    return report.notes.back().message;
  };
  CHECK(message("redis://h?db=1").find("host name") != std::string::npos);
  CHECK(message("redis://h:1?db=5").find("database 0") != std::string::npos);
  CHECK(message("redis://h:1/2?db=2") == "redis-cli ignores the query");
  CHECK(message("rediss://h:1?ssl_ca_certs=/2").find("slash") != std::string::npos);
  CHECK(message("redis://h:1/2?client_name=a@b").find("user name") != std::string::npos);
}

TEST_CASE("the path wins over the query where both name a database") {
  CHECK(parse_redis_url("redis://h:1/2?db=3").url.database == 2U);
  CHECK(parse_redis_url("redis://h:1?db=3").url.database == 3U);
}

TEST_CASE("socket_timeout wins over timeout in whatever order") {
  CHECK(parse_redis_url("redis://h:1?timeout=5&socket_timeout=6").url.timeout == "6");
  CHECK(parse_redis_url("redis://h:1?socket_timeout=6&timeout=5").url.timeout == "6");
  CHECK(parse_redis_url("redis://h:1?timeout=5").url.timeout == "5");
}

TEST_CASE("client certificate and name check are read as redis-py reads them") {
  const auto url =
      parse_redis_url("rediss://h:1?ssl_certfile=%2Fc.pem&ssl_keyfile=k&ssl_check_hostname=False")
          .url;
  CHECK(url.certificate_file == "/c.pem");
  CHECK(url.key_file == "k");
  CHECK(url.verify_name == false);
  CHECK(parse_redis_url("rediss://h:1?ssl_check_hostname=1").url.verify_name == true);
  CHECK(parse_redis_url("rediss://h:1?ssl_check_hostname=no").url.verify_name == false);
}

TEST_CASE("a client name that holds a password is refused and hidden") {
  const auto report = parse_redis_url("redis://h:1?client_name=redis://svc:hunter2@cache");
  CHECK(codes(report.faults) == list({"url-as-client-name"}));
  CHECK(report.redacted.find("hunter2") == std::string::npos);
}

TEST_CASE("verification is on for required and optional") {
  CHECK(parse_redis_url("rediss://h:1?ssl_cert_reqs=required").url.verify == true);
  CHECK(parse_redis_url("rediss://h:1?ssl_cert_reqs=optional").url.verify == true);
  CHECK(parse_redis_url("rediss://h:1?ssl_cert_reqs=none").url.verify == false);
}

TEST_CASE("a path of 107 bytes is the longest a socket can have") {
  CHECK(parse_redis_url("unix:///" + std::string(106, 'a')).faults.empty());
  // Decoded bytes count, not written ones.
  CHECK(parse_redis_url("unix:///" + std::string(105, 'a') + "%61").faults.empty());
}

TEST_CASE("the longest host name and labels are accepted") {
  const auto label = std::string(63, 'a');
  const auto longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  REQUIRE(longest.size() == 253);
  CHECK(parse_redis_url("redis://" + longest).faults.empty());
  CHECK(parse_redis_url("redis://" + longest + "b").faults.size() == 1);
}

TEST_CASE("a user name that may be a password says so") {
  const auto report = parse_redis_url("redis://secret@h");
  CHECK(report.url.username == "secret");
  CHECK(report.url.username_is_secret);
  CHECK(report.redacted == "redis://***@h");
}

TEST_CASE("a valid URL is shown as written, but for its password") {
  CHECK(parse_redis_url("redis://h:1/2?db=2").redacted == "redis://h:1/2?db=2");
  CHECK(parse_redis_url("redis://u:p@h:1").redacted == "redis://u:***@h:1");
  CHECK(parse_redis_url("redis://:p:q@h:1").redacted == "redis://:***@h:1");
  CHECK(parse_redis_url("redis://u:@h").redacted == "redis://u:@h");
  CHECK(parse_redis_url("redis://h:1/0?client_name=a@b").redacted ==
        "redis://h:1/0?client_name=a@b");
}

TEST_CASE("a faulty URL shows what cannot be a password") {
  CHECK(parse_redis_url("localhost:6379").redacted == "localhost:6379");
  CHECK(parse_redis_url("redsi://h:1").redacted == "redsi://h:1");
  CHECK(parse_redis_url("redis://h:1/x").redacted == "redis://h:1/***");
  CHECK(parse_redis_url("redis://h:1/0/1?x=1").redacted == "redis://h:1/0/1?***");
  CHECK(parse_redis_url("unix:///run/r.sock?protocol=4").redacted ==
        "unix:///run/r.sock?protocol=4");
  CHECK(parse_redis_url("redis://h:1?dbb=1&db=2").redacted == "redis://h:1?***&db=2");
  CHECK(parse_redis_url("redis://[::1]:0x").redacted == "redis://[::1]:***");
}
