# cmake --install: the program with its man page and completions, which it prints itself.
# scripts/release makes packages of that.
include(GNUInstallDirs)

if(NOT TARGET fogis-redis)
  return()
endif()

set(_extras "${PROJECT_BINARY_DIR}/extras")
set(_made)
foreach(_extra IN ITEMS "help --man>fogis-redis.1" "completion bash>fogis-redis.bash"
                        "completion zsh>_fogis-redis" "completion fish>fogis-redis.fish")
  string(REGEX MATCH "^(.*)>(.*)$" _ "${_extra}")
  string(REPLACE " " ";" _arguments "${CMAKE_MATCH_1}")
  set(_file "${_extras}/${CMAKE_MATCH_2}")
  add_custom_command(
    OUTPUT "${_file}"
    COMMAND "${CMAKE_COMMAND}" -E make_directory "${_extras}"
    COMMAND fogis-redis ${_arguments} > "${_file}"
    DEPENDS fogis-redis
    VERBATIM)
  list(APPEND _made "${_file}")
endforeach()
if(FOGIS_HARDENED)
  add_custom_target(extras ALL DEPENDS ${_made})
else()
  add_custom_target(extras DEPENDS ${_made})
endif()

install(TARGETS fogis-redis RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(FILES "${_extras}/fogis-redis.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(
  FILES "${_extras}/fogis-redis.bash"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
  RENAME fogis-redis)
install(FILES "${_extras}/_fogis-redis"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions")
install(FILES "${_extras}/fogis-redis.fish"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
install(FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
        DESTINATION "${CMAKE_INSTALL_DOCDIR}")
