#include "config/url_redaction.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "config/redis_url.hpp"

using fogis::config::parse_redis_url;
using fogis::config::redact_any_url;
using fogis::config::UrlFinding;

namespace {

constexpr std::string_view kMarker = "hunter2";

std::string all_texts(std::string_view url) {
  const auto report = parse_redis_url(url);
  std::string result = report.redacted;
  for (const auto* findings : {&report.faults, &report.warnings}) {
    for (const UrlFinding& finding : *findings) {
      result +=
          '\n' + finding.part + '\n' + finding.code + '\n' + finding.message + '\n' + finding.hint;
    }
  }
  return result;
}

void check_hidden(const std::string& url) {
  CAPTURE(url);
  const auto texts = all_texts(url);
  CAPTURE(texts);
  CHECK(texts.find(kMarker) == std::string::npos);
  CHECK(redact_any_url(url).find(kMarker) == std::string::npos);
}

}  // namespace

TEST_CASE("no output of the parser shows a password, however the URL is broken") {
  const std::array<std::string_view, 16> starts{"redis://", "rediss://", "unix://",   "valkey://",
                                                "redis:/",  "redis:",    "redis//",   "redis",
                                                "",         "://",       "redsi://",  "http://",
                                                "REDIS://", " redis://", "redis:///", "x redis://"};
  const std::array<std::string_view, 5> users{"user:", ":", "", "us:er:", "u%zz:"};
  const std::array<std::string_view, 12> passwords{
      "hunter2",   "hunter2/x", "a?hunter2",       "#hunter2", "a@hunter2", "hunter2@b",
      "%zhunter2", "12hunter2", "hun ter2hunter2", "[hunter2", "1/hunter2", "x:hunter2?db=1#"};
  const std::array<std::string_view, 9> ends{"@host:6379",
                                             "@host:x",
                                             "@",
                                             "@host/abc#f",
                                             "@[::1",
                                             "@/run/a.sock",
                                             "@h?password=hunter2",
                                             "@h?timeot=hunter2",
                                             "@h/0?client_name=a@b"};
  for (const auto start : starts) {
    for (const auto user : users) {
      for (const auto password : passwords) {
        for (const auto end : ends) {
          check_hidden(std::string(start) + std::string(user) + std::string(password) +
                       std::string(end));
        }
      }
    }
  }
}

TEST_CASE("a password whose host was forgotten is not shown") {
  for (const std::string_view start : {"redis://", "redis:/", "redis:", "", " redis://", "http://",
                                       "unix://", "redis://host:1/0?x=", "log: redis://"}) {
    check_hidden(std::string(start) + "user:hunter2");
    check_hidden(std::string(start) + ":hunter2");
    check_hidden(std::string(start) + ":1hunter2/x");
    check_hidden(std::string(start) + "user:hunter2%40host");
    check_hidden(std::string(start) + "user:x/hunter2");
  }
}

TEST_CASE("a password in the query is not shown") {
  check_hidden("redis://h:1?password=hunter2");
  check_hidden("redis://h:1?pass%77ord=hunter2");
  check_hidden("redis://h:1?hunter2");
  check_hidden("redis://h:1?db=1&hunter2&x=hunter2");
  check_hidden("redis://h:1#hunter2");
}

TEST_CASE("values without a question mark, and values with an @ or a colon, are not shown") {
  for (const std::string_view url :
       {"redis://h/0?password=hunter2:x", "redis://h/0?password=hunter2&client_name=svc:calendar",
        "redis://h,password=hunter2,ssl=True", "redis://h:6379,password=hunter2@x",
        "redis://h:6379/0&password=hunter2", "redis://h:6379/0;password=hunter2",
        "redis://h:6379/hunter2", "redis:///hunter2", "unix:///:hunter2@/run/s",
        "redis://h/0?password=a@hunter2", "redis://h?x=a@b:hunter2", "redis://h/0?hunter2=1",
        "redis://h x=hunter2", "redis://h;hunter2", "redis://u:pw@h/0?password=a@hunter2",
        "h:1,password=hunter2", "redis://h?client_name=hunter2&x=1"}) {
    check_hidden(std::string(url));
  }
}

TEST_CASE("a secret planted anywhere behind the address of a refused URL is not shown") {
  // Every kind of value, delimiter and fault before and after it.
  const std::vector<std::string> pieces{"?",  "&",  "=",    "/",  "#",   ":",   "@", ",",    ";",
                                        "db", "|",  "x",    "%",  "%40", "[",   "]", " ",    "$",
                                        "1",  "??", "user", "=1", "a@b", "tls", "+", "?db=", "\n"};
  const std::vector<std::string> marks{
      "/", "?password=", "?x=", "&p=", ",password=", ";", "#", "/0;", "?client_name=a&y="};
  std::mt19937 random(3);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  for (int round = 0; round < 20000; ++round) {
    std::string url = random() % 8 == 0 ? "rediss://h" : "redis://h:6379";
    url += marks[random() % marks.size()];
    for (auto count = random() % 3; count > 0; --count) {
      url += pieces[random() % pieces.size()];
    }
    url += kMarker;
    for (auto count = random() % 4; count > 0; --count) {
      url += pieces[random() % pieces.size()];
    }
    if (!parse_redis_url(url).faults.empty()) {
      check_hidden(url);
    }
  }
}

TEST_CASE("broken bytes around a password do not bring it to light") {
  // Each byte of a URL is dropped, doubled or replaced in turn, the password itself left whole.
  const std::string before = "rediss://user:";
  const std::string after = "@redis.example.org:6379/0?db=1";
  std::mt19937 random(20240501);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run each time
  for (int round = 0; round < 4000; ++round) {
    std::string head = before;
    std::string tail = after;
    const auto change = [&](std::string& text) {
      const auto at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text.erase(at, 1);
          break;
        case 1:
          text.insert(at, 1, text[at]);
          break;
        default:
          text[at] = static_cast<char>(random() % 256);
      }
    };
    change(head);
    if (random() % 2 == 0) {
      change(tail);
    }
    if (tail.find('@') == std::string::npos && head.find(':', 7) == std::string::npos) {
      continue;  // nothing marks the password as one any more: it stands where a host would
    }
    check_hidden(head + std::string(kMarker) + tail);
  }
}
