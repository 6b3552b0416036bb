# CppHttplib::CppHttplib, the header alone, and without TLS: our own streams do that.
# Distributions package it as a shared library.

find_path(CppHttplib_INCLUDE_DIR NAMES httplib.h)

if(CppHttplib_INCLUDE_DIR)
  file(STRINGS "${CppHttplib_INCLUDE_DIR}/httplib.h" _line REGEX "^#define CPPHTTPLIB_VERSION ")
  string(REGEX MATCH "[0-9]+[.][0-9]+[.][0-9]+" CppHttplib_VERSION "${_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  CppHttplib
  REQUIRED_VARS CppHttplib_INCLUDE_DIR
  VERSION_VAR CppHttplib_VERSION
  HANDLE_VERSION_RANGE
  REASON_FAILURE_MESSAGE "Run scripts/setup to get it.")
mark_as_advanced(CppHttplib_INCLUDE_DIR)

if(CppHttplib_FOUND AND NOT TARGET CppHttplib::CppHttplib)
  add_library(CppHttplib::CppHttplib INTERFACE IMPORTED)
  set_target_properties(
    CppHttplib::CppHttplib
    PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${CppHttplib_INCLUDE_DIR}"
               INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
