// Results in tests: a failure shows its whole Error.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "base/result.hpp"

namespace fogis::testing {

/// All fields of an error on a few lines, for the output of a failed test.
std::string describe(const Error& error);

/// The value of a result that must have one; fails the test with the whole error otherwise.
template <typename T>
T require_ok(Result<T> result) {
  if (!result) {
    FAIL("expected success, got " << describe(result.error()));
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

/// The error of a result that must have failed with this kind.
template <typename T>
Error require_error(const Result<T>& result, ErrorKind kind) {
  if (result) {
    FAIL("expected the error " << name(kind) << ", got success");
  }
  INFO(describe(result.error()));
  CHECK(name(result.error().kind) == name(kind));
  return result.error();
}

}  // namespace fogis::testing

template <>
struct Catch::StringMaker<fogis::Error> {
  static std::string convert(const fogis::Error& error) { return fogis::testing::describe(error); }
};

template <>
struct Catch::StringMaker<fogis::ErrorKind> {
  static std::string convert(fogis::ErrorKind kind) { return std::string(fogis::name(kind)); }
};

template <>
struct Catch::StringMaker<fogis::Phase> {
  static std::string convert(fogis::Phase phase) { return std::string(fogis::name(phase)); }
};

template <typename T>
struct Catch::StringMaker<tl::expected<T, fogis::Error>> {
  static std::string convert(const tl::expected<T, fogis::Error>& result) {
    return result ? "success" : fogis::testing::describe(result.error());
  }
};
