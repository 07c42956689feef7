# The programs, plugins and headers of the last release (sdk/releases), unpacked to WYVERN_RELEASED, which is empty where
# the record is of another kind of machine.

set(WYVERN_RELEASED "")
execute_process(COMMAND dpkg --print-architecture OUTPUT_VARIABLE architecture OUTPUT_STRIP_TRAILING_WHITESPACE)
file(GLOB packages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sdk/releases/*/*_${architecture}.deb)
if(packages)
  set(WYVERN_RELEASED ${CMAKE_BINARY_DIR}/released)
  file(REMOVE_RECURSE ${WYVERN_RELEASED})
  foreach(package ${packages})
    execute_process(COMMAND dpkg-deb -x ${package} ${WYVERN_RELEASED} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endif()
