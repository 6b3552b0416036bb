# fogis_precompile(<target>): lets the target use the precompiled headers, which all share: lib/ and
# app/ compile in less than half the time. Off in the presets release and tidy, which therefore notice
# a file that does not include what it uses.
if(FOGIS_PRECOMPILE)
  file(WRITE "${PROJECT_BINARY_DIR}/precompiled.cpp" "")
  add_library(fogis_precompiled OBJECT "${PROJECT_BINARY_DIR}/precompiled.cpp")
  target_link_libraries(fogis_precompiled PRIVATE fogis_options fmt::fmt tl::expected)
  target_compile_options(fogis_precompiled PRIVATE -fpch-preprocess)
  target_precompile_headers(
    fogis_precompiled
    PRIVATE
    <algorithm>
    <array>
    <chrono>
    <cstdint>
    <fmt/format.h>
    <functional>
    <memory>
    <optional>
    <span>
    <string>
    <string_view>
    <tl/expected.hpp>
    <utility>
    <variant>
    <vector>)
endif()

function(fogis_precompile target)
  if(FOGIS_PRECOMPILE)
    target_compile_options(${target} PRIVATE -fpch-preprocess)
    target_precompile_headers(${target} REUSE_FROM fogis_precompiled)
  endif()
endfunction()
