# How our own code is compiled: one interface target that every target of ours links privately, and
# the instruments that must cover the whole program.

option(FOGIS_BUILD_TESTS "Build the tests" ON)
option(FOGIS_COVERAGE "Count executed lines" OFF)
option(FOGIS_CCACHE "Compile through ccache where it is installed" ON)
option(FOGIS_PRECOMPILE "Compile the headers that nearly every file includes once" OFF)
option(FOGIS_HARDENED "One static, hardened and stripped file, as released" OFF)
set(FOGIS_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
set(FOGIS_TEST_TIMEOUT 60 CACHE STRING "Seconds that one test may take")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

include(CheckLinkerFlag)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)

if(FOGIS_CCACHE)
  find_program(FOGIS_CCACHE_PROGRAM ccache)
  mark_as_advanced(FOGIS_CCACHE_PROGRAM)
  if(FOGIS_CCACHE_PROGRAM)
    # Paths relative to the tree, and what it takes to cache beside a precompiled header: so a fresh
    # clone finds what another one compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        "${FOGIS_CCACHE_PROGRAM}")
  endif()
endif()

add_library(fogis_options INTERFACE)
target_compile_options(
  fogis_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast
                          -Wnon-virtual-dtor)
target_compile_definitions(fogis_options INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_UNITY_BUILD)
  # GCC takes an anonymous namespace of an included .cpp file for that of a header.
  target_compile_options(fogis_options INTERFACE -Wno-subobject-linkage)
endif()

if(FOGIS_SANITIZE)
  add_compile_options(-fsanitize=${FOGIS_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FOGIS_SANITIZE})
endif()

if(FOGIS_COVERAGE)
  # Atomic, because the program has threads; absolute, because gcov runs elsewhere.
  add_compile_options(--coverage -fprofile-update=atomic -fprofile-abs-path)
  add_link_options(--coverage)
  add_compile_definitions(FOGIS_COVERAGE)
endif()

if(NOT FOGIS_HARDENED)
  # A test program is mostly symbols for the debugger: mold links it in a quarter of the time.
  check_linker_flag(CXX -fuse-ld=mold FOGIS_MOLD)
  if(FOGIS_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
endif()

if(FOGIS_HARDENED)
  # A distribution's compiler may define _FORTIFY_SOURCE itself, hence the -U.
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
                      -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    add_compile_options(-fcf-protection)
  endif()
  # One file that needs nothing of the system it runs on, at a random address all the same.
  set(CMAKE_CXX_LINK_OPTIONS_PIE -static-pie)
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack -Wl,--gc-sections -s)
  # The linker warns of functions that load modules of the C library, such as getaddrinfo. Names are
  # resolved by c-ares, and the others get numbers: scripts/release runs the file where there is no
  # module, and resolves a name.
  check_linker_flag(CXX -Wl,--no-warnings FOGIS_LINKS_WITHOUT_WARNINGS)
  if(FOGIS_LINKS_WITHOUT_WARNINGS)
    add_link_options(-Wl,--no-warnings)
  endif()
  # The same sources make the same file, wherever they and the libraries' headers lie.
  add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}=." "-ffile-prefix-map=$ENV{HOME}=~")
  add_compile_options(-ffunction-sections -fdata-sections)
  # nlohmann_json checks its own invariants in each constructor and destructor: a twentieth of the time
  # of judging a message. The tests run with them.
  add_compile_options("-DJSON_ASSERT(condition)=")
  # Rounding becomes a few instructions. Nobody here asks for errno or traps of arithmetic.
  add_compile_options(-fno-math-errno -fno-trapping-math)
  # OpenSSL brings twenty thousand relocations; packed they cost a tenth of the resident memory less.
  check_linker_flag(CXX -Wl,-z,pack-relative-relocs FOGIS_PACKED_RELOCATIONS)
  if(FOGIS_PACKED_RELOCATIONS)
    add_link_options(-Wl,-z,pack-relative-relocs)
  endif()
endif()
