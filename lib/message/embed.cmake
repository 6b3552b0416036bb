# The schemas become a part of the library. Included by lib/CMakeLists.txt.
include(Embed)
if(TARGET fogis_message)
  file(GLOB schemas CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/schemas/*.schema.json")
  set(embedded "${CMAKE_CURRENT_BINARY_DIR}/message/schema_files.cpp")
  fogis_embed("${embedded}" fogis::message schema_files HEADER message/schema_files.hpp
              FILES ${schemas})
  target_sources(fogis_message PRIVATE "${embedded}")
endif()
