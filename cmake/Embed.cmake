# fogis_embed(<output.cpp> <namespace> <function> HEADER <header> FILES <file>...)
#
# Writes a C++ file at build time that holds the files' bytes, as the function
# `std::span<const EmbeddedFile> <namespace>::<function>()`, which <header> declares. Run as a script
# (cmake -P) it does the writing itself.

function(fogis_embed output namespace function)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "HEADER" "FILES")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${output}" "-DNAMESPACE=${namespace}"
            "-DFUNCTION=${function}" "-DHEADER=${arg_HEADER}" "-DFILES=${arg_FILES}" -P
            "${PROJECT_SOURCE_DIR}/cmake/Embed.cmake"
    DEPENDS ${arg_FILES} "${PROJECT_SOURCE_DIR}/cmake/Embed.cmake"
    COMMENT "Embedding ${function}"
    VERBATIM)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  set(rows "")
  foreach(file IN LISTS FILES)
    cmake_path(GET file FILENAME name)
    file(READ "${file}" text)
    if(text MATCHES "[)]embedded\"")
      message(FATAL_ERROR "${file}: contains the delimiter of the literal that shall hold it")
    endif()
    string(APPEND rows "    {\"${name}\", R\"embedded(${text})embedded\"},\n")
  endforeach()
  file(
    WRITE "${OUTPUT}"
    "// Made by cmake/Embed.cmake.
#include <array>

#include \"${HEADER}\"

namespace ${NAMESPACE} {
namespace {

constexpr auto kFiles = std::to_array<EmbeddedFile>({
${rows}});

}  // namespace

std::span<const EmbeddedFile> ${FUNCTION}() {
  return kFiles;
}

}  // namespace ${NAMESPACE}
")
endif()
