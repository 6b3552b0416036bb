#include "base/unique_fd.hpp"

#include <fcntl.h>

#include <catch2/catch_test_macros.hpp>
#include <utility>

using fogis::UniqueFd;

namespace {

int open_something() {
  const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(descriptor >= 0);
  return descriptor;
}

bool is_open(int descriptor) {
  return ::fcntl(descriptor, F_GETFD) != -1;
}

}  // namespace

TEST_CASE("the descriptor is closed with its owner") {
  const int descriptor = open_something();
  {
    const UniqueFd owner(descriptor);
    CHECK(owner);
    CHECK(owner.get() == descriptor);
    CHECK(is_open(descriptor));
  }
  CHECK_FALSE(is_open(descriptor));
}

TEST_CASE("an empty owner owns nothing") {
  const UniqueFd none;
  CHECK_FALSE(none);
  CHECK(none.get() == -1);
}

TEST_CASE("moving hands the descriptor over and closes what was held") {
  const int first = open_something();
  const int second = open_something();
  UniqueFd source(first);
  UniqueFd target(second);
  target = std::move(source);
  CHECK(target.get() == first);
  CHECK(is_open(first));
  CHECK_FALSE(is_open(second));
  const UniqueFd built(std::move(target));
  CHECK(built.get() == first);
  CHECK(is_open(first));
}

TEST_CASE("moving onto itself changes nothing") {
  UniqueFd owner(open_something());
  const int descriptor = owner.get();
  auto& alias = owner;
  owner = std::move(alias);
  CHECK(owner.get() == descriptor);
  CHECK(is_open(descriptor));
}

TEST_CASE("a released descriptor stays open") {
  UniqueFd owner(open_something());
  const int descriptor = owner.release();
  CHECK_FALSE(owner);
  CHECK(is_open(descriptor));
  owner.reset(descriptor);
  owner.reset();
  CHECK_FALSE(is_open(descriptor));
}
