# fogis_embed(<output.cpp> <function> FILES <file>...)
#
# Writes a C++ file at build time that holds the files' bytes, as the function
# `std::span<const EmbeddedFile> fogis::message::<function>()`. Run as a script (cmake -P) it does the
# writing itself.

function(fogis_embed output function)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "FILES")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${output}" "-DFUNCTION=${function}"
            "-DFILES=${arg_FILES}" -P "${PROJECT_SOURCE_DIR}/cmake/Embed.cmake"
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

#include \"message/embedded_file.hpp\"

namespace fogis::message {
namespace {

constexpr auto kFiles = std::to_array<EmbeddedFile>({
${rows}});

}  // namespace

std::span<const EmbeddedFile> ${FUNCTION}() {
  return kFiles;
}

}  // namespace fogis::message
")
endif()
