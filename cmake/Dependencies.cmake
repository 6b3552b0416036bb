# Every third-party library, looked for in the distribution and in the cache that scripts/setup fills.
# The cache lies outside of the tree, so that all clones share it. Its key has what decides whether a
# built library fits: the version, the distribution's release (C library, compiler) and the processor.

cmake_host_system_information(RESULT _os QUERY DISTRIB_ID DISTRIB_VERSION_ID)
list(JOIN _os "-" _os)
set(_cache "$ENV{HOME}/.cache")
if(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(_cache "$ENV{XDG_CACHE_HOME}")
endif()
string(APPEND _cache "/fogis-redis/${_os}-${CMAKE_HOST_SYSTEM_PROCESSOR}")

# <library>_RANGE, as find_package takes it; the cached versions in it, the newest first.
set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
                                                      "${CMAKE_CURRENT_LIST_DIR}/versions.txt")
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/versions.txt" _lines REGEX "^[a-z]")
foreach(_line IN LISTS _lines)
  string(REGEX MATCH "^(.+) (.+) (.+)$" _ "${_line}")
  set(_name "${CMAKE_MATCH_1}")
  set(_first "${CMAKE_MATCH_2}")
  set(_beyond "${CMAKE_MATCH_3}")
  set(${_name}_RANGE "${_first}...<${_beyond}")
  file(GLOB _built "${_cache}/${_name}-*")
  list(SORT _built COMPARE NATURAL ORDER DESCENDING)
  foreach(_prefix IN LISTS _built)
    string(REPLACE "${_cache}/${_name}-" "" _version "${_prefix}")
    if(_version VERSION_GREATER_EQUAL _first AND _version VERSION_LESS _beyond)
      list(APPEND CMAKE_PREFIX_PATH "${_prefix}")
    endif()
  endforeach()
endforeach()

# The binary carries everything: it starts faster and runs on any machine.
set(OPENSSL_USE_STATIC_LIBS TRUE)

find_package(Threads REQUIRED)
find_package(Hiredis ${hiredis_RANGE} REQUIRED)
find_package(Cares 1.18 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
# Debian 13's libcrypto.a calls these two, and names them only in its pkg-config file.
foreach(_name IN ITEMS zstd z)
  find_library(FOGIS_LIB_${_name} NAMES lib${_name}.a)
  mark_as_advanced(FOGIS_LIB_${_name})
  if(FOGIS_LIB_${_name})
    set_property(TARGET OpenSSL::Crypto APPEND PROPERTY INTERFACE_LINK_LIBRARIES
                                                        "${FOGIS_LIB_${_name}}")
  endif()
endforeach()
find_package(CLI11 2.1 CONFIG REQUIRED)
find_package(nlohmann_json 3.11 CONFIG REQUIRED)
# Distributions have its shared library alone, and with the header-only form each of our files compiled
# the whole of it again: 5 s instead of 2.
find_package(fmt ${fmtlib_RANGE} CONFIG REQUIRED)
find_package(tl-expected 1.0 CONFIG REQUIRED)
find_package(CppHttplib ${cpp-httplib_RANGE})
if(FOGIS_BUILD_TESTS)
  find_package(Catch2 ${catch2_RANGE} CONFIG REQUIRED)
  find_package(valijson CONFIG REQUIRED)
endif()
