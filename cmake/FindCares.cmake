# Cares::Cares, the static library. Its package files name the shared one.

find_path(Cares_INCLUDE_DIR NAMES ares.h)
find_library(Cares_LIBRARY NAMES libcares.a)

if(Cares_INCLUDE_DIR)
  file(STRINGS "${Cares_INCLUDE_DIR}/ares_version.h" _line REGEX "^#define ARES_VERSION_STR ")
  string(REGEX MATCH "[0-9]+[.][0-9]+[.][0-9]+" Cares_VERSION "${_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Cares
  REQUIRED_VARS Cares_LIBRARY Cares_INCLUDE_DIR
  VERSION_VAR Cares_VERSION
  REASON_FAILURE_MESSAGE "Run scripts/setup to get it.")
mark_as_advanced(Cares_INCLUDE_DIR Cares_LIBRARY)

if(Cares_FOUND AND NOT TARGET Cares::Cares)
  add_library(Cares::Cares STATIC IMPORTED)
  set_target_properties(
    Cares::Cares PROPERTIES IMPORTED_LOCATION "${Cares_LIBRARY}"
                            INTERFACE_INCLUDE_DIRECTORIES "${Cares_INCLUDE_DIR}"
                            INTERFACE_COMPILE_DEFINITIONS CARES_STATICLIB)
endif()
