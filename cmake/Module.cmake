# fogis_module(<name> [DEPENDS <module>...] [LIBRARIES <third party>...] [PUBLIC_LIBRARIES ...])
#
# The static library fogis_<name> of the directory <name>. DEPENDS draws the arrows between
# directories, and a module may include from those alone. A directory without sources is left out, and
# named.
function(fogis_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;LIBRARIES;PUBLIC_LIBRARIES")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp")
  if(NOT sources)
    message(STATUS "lib/${name}: no sources, left out")
    return()
  endif()

  add_library(fogis_${name} STATIC ${sources})
  target_include_directories(fogis_${name} PUBLIC "${PROJECT_SOURCE_DIR}/lib")
  target_link_libraries(
    fogis_${name}
    PUBLIC tl::expected ${arg_PUBLIC_LIBRARIES}
    PRIVATE fogis_options fmt::fmt nlohmann_json::nlohmann_json ${arg_LIBRARIES})
  fogis_precompile(fogis_${name})
  foreach(dependency IN LISTS arg_DEPENDS)
    if(TARGET fogis_${dependency})
      target_link_libraries(fogis_${name} PUBLIC fogis_${dependency})
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY FOGIS_MODULES fogis_${name})
endfunction()
