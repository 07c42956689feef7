# wyvern_add_room(NAME SOURCES a.cpp … [USES room …] [LIBRARIES target …] [PRIVATE_LIBRARIES target …])
#
# Makes the static library wyvern_NAME from a folder of the kernel. Its headers are reached as "NAME/file.hpp", and only
# by those who link wyvern_NAME: the include directory that it hands on holds nothing but a link to this one folder, so
# naming a room that is not linked fails to build.
#   USES               rooms that this one's headers mention
#   LIBRARIES          libraries that its headers mention
#   PRIVATE_LIBRARIES  libraries (or wyvern_ROOM targets) that only its sources mention
function(wyvern_add_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LIBRARIES;PRIVATE_LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "wyvern_add_room(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(door ${CMAKE_BINARY_DIR}/kernel/include/${name})
  file(MAKE_DIRECTORY ${door})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${door}/${name} SYMBOLIC)

  add_library(wyvern_${name} STATIC ${arg_SOURCES})
  target_include_directories(wyvern_${name} PUBLIC ${door})
  list(TRANSFORM arg_USES PREPEND wyvern_)
  target_link_libraries(wyvern_${name}
    PUBLIC wyvern_sdk ${arg_USES} ${arg_LIBRARIES}
    PRIVATE wyvern_flags ${arg_PRIVATE_LIBRARIES})
  wyvern_precompile(wyvern_${name})
endfunction()
