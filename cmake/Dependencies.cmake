# Every third-party library, looked for in the distribution and in the cache that scripts/setup fills.
# The cache lies outside of the tree, so that all clones share it. Its key has what decides whether a
# built library fits: the version, the distribution's release (C library, compiler) and the processor.

file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/versions.txt" _versions REGEX "^[A-Z0-9_]+=")
foreach(_line IN LISTS _versions)
  string(REGEX MATCH "^([A-Z0-9_]+)=(.+)$" _ "${_line}")
  set(${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
endforeach()
set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
                                                      "${CMAKE_CURRENT_LIST_DIR}/versions.txt")

cmake_host_system_information(RESULT _os QUERY DISTRIB_ID DISTRIB_VERSION_ID)
list(JOIN _os "-" _os)
set(_platform "${_os}-${CMAKE_HOST_SYSTEM_PROCESSOR}")
if(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(_cache "$ENV{XDG_CACHE_HOME}/fogis-redis/${_platform}")
else()
  set(_cache "$ENV{HOME}/.cache/fogis-redis/${_platform}")
endif()
list(APPEND CMAKE_PREFIX_PATH "${_cache}/hiredis-${HIREDIS_VERSION}"
     "${_cache}/cpp-httplib-${CPP_HTTPLIB_VERSION}" "${_cache}/catch2-${CATCH2_VERSION}"
     "${_cache}/fmtlib-${FMTLIB_VERSION}")

# The binary carries everything but the C library: it starts faster and runs on any machine.
set(OPENSSL_USE_STATIC_LIBS TRUE)

find_package(Threads REQUIRED)
find_package(Hiredis 1.1 REQUIRED)
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
find_package(fmt 10 CONFIG REQUIRED)
find_package(tl-expected 1.0 CONFIG REQUIRED)
find_package(CppHttplib 0.18)
if(FOGIS_BUILD_TESTS)
  find_package(Catch2 3 CONFIG REQUIRED)
  find_package(valijson CONFIG REQUIRED)
endif()
