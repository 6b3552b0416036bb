#include "checks/suite/delivery.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>
#include <vector>

namespace fogis::checks {
namespace {

std::vector<redis::Message> messages(const std::vector<std::string>& payloads) {
  std::vector<redis::Message> made;
  made.reserve(payloads.size());
  for (const auto& payload : payloads) {
    made.push_back({"channel", "", payload, {}});
  }
  return made;
}

const std::vector<std::string> kSent{"a", "b", "c", "d"};

TEST_CASE("a delivery of everything once and in order is perfect") {
  const auto delivery = compare_delivery(kSent, messages({"a", "b", "c", "d"}));
  CHECK(delivery.perfect());
  CHECK(delivery.describe() == "of 4 messages: none lost");
}

TEST_CASE("lost, doubled, disordered and altered messages are told apart") {
  auto delivery = compare_delivery(kSent, messages({"a", "c", "d"}));
  CHECK(delivery.lost == 1);
  CHECK(delivery.describe() == "of 4 messages: 1 lost");
  delivery = compare_delivery(kSent, messages({"a", "b", "b", "c", "b", "d"}));
  CHECK(delivery.doubled == 2);
  CHECK(delivery.disordered == 0);
  delivery = compare_delivery(kSent, messages({"b", "a", "d", "c"}));
  CHECK(delivery.disordered == 2);
  CHECK(delivery.describe() == "of 4 messages: 2 out of order");
  delivery = compare_delivery(kSent, messages({"a", "B", "c", "d"}));
  CHECK(delivery.altered == 1);
  CHECK(delivery.lost == 0);
  delivery = compare_delivery(kSent, messages({"a", "X", "d"}));
  CHECK(delivery.describe() == "of 4 messages: 1 lost, 1 altered");
  delivery = compare_delivery(kSent, messages({"a", "b", "c", "d", "X", "Y"}));
  CHECK(delivery.lost == 0);
  CHECK(delivery.altered == 2);
}

TEST_CASE("nothing received is everything lost") {
  CHECK(compare_delivery(kSent, {}).lost == 4);
  CHECK_FALSE(compare_delivery(kSent, {}).perfect());
}

TEST_CASE("numbered payloads differ from each other and hold every byte value") {
  const auto payloads = numbered_payloads(1000);
  CHECK(std::set<std::string>(payloads.begin(), payloads.end()).size() == 1000);
  std::set<char> bytes;
  for (const auto& payload : payloads) {
    bytes.insert(payload.begin(), payload.end());
  }
  CHECK(bytes.size() == 256);
}

}  // namespace
}  // namespace fogis::checks
