# The page becomes a part of the program. Included by app/CMakeLists.txt.
include(Embed)
if(TARGET fogis_app)
  file(GLOB page CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/page/*")
  set(embedded "${CMAKE_CURRENT_BINARY_DIR}/output/page_files.cpp")
  fogis_embed("${embedded}" fogis::output page_files HEADER output/page.hpp FILES ${page})
  target_sources(fogis_app PRIVATE "${embedded}")
endif()
