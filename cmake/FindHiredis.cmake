# Hiredis::Hiredis, the static library. The upstream package files name the shared one wherever a
# distribution ships both, and the command must run without it.

find_path(Hiredis_INCLUDE_DIR NAMES hiredis/hiredis.h)
find_library(Hiredis_LIBRARY NAMES libhiredis.a)

if(Hiredis_INCLUDE_DIR)
  foreach(_part IN ITEMS MAJOR MINOR PATCH)
    file(STRINGS "${Hiredis_INCLUDE_DIR}/hiredis/hiredis.h" _line
         REGEX "^#define HIREDIS_${_part} [0-9]+")
    string(REGEX MATCH "[0-9]+$" _hiredis_${_part} "${_line}")
  endforeach()
  set(Hiredis_VERSION "${_hiredis_MAJOR}.${_hiredis_MINOR}.${_hiredis_PATCH}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Hiredis
  REQUIRED_VARS Hiredis_LIBRARY Hiredis_INCLUDE_DIR
  VERSION_VAR Hiredis_VERSION
  HANDLE_VERSION_RANGE
  REASON_FAILURE_MESSAGE "Run scripts/setup to get it.")
mark_as_advanced(Hiredis_INCLUDE_DIR Hiredis_LIBRARY)

if(Hiredis_FOUND AND NOT TARGET Hiredis::Hiredis)
  add_library(Hiredis::Hiredis STATIC IMPORTED)
  set_target_properties(
    Hiredis::Hiredis PROPERTIES IMPORTED_LOCATION "${Hiredis_LIBRARY}"
                                INTERFACE_INCLUDE_DIRECTORIES "${Hiredis_INCLUDE_DIR}")
endif()
