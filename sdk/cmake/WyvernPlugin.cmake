# wyvern_add_plugin(NAME SOURCES a.cpp … [LIBRARIES …])
#
# Makes the shared object NAME.so from the sources and from manifest.json beside the caller's CMakeLists.txt. The
# manifest gets a build fingerprint and goes into its own ELF section; the id and the version that the code reports
# come from it too. Only the entry is exported.

set(WYVERN_SDK_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

# The version of the boundary that the headers in a folder describe, as JSON; by default those of this SDK.
function(wyvern_read_abi out)
  set(folder ${ARGN})
  if(NOT folder)
    get_target_property(folder Wyvern::sdk INTERFACE_INCLUDE_DIRECTORIES)
    string(REGEX MATCH "[^:;<>]+include" folder "${folder}")  # of $<BUILD_INTERFACE:…> in the tree of Wyvern itself
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/wyvern/abi/base.h)
  foreach(part MAJOR MINOR)
    file(STRINGS ${folder}/wyvern/abi/base.h line REGEX "^#define WYV_ABI_${part} ")
    string(REGEX MATCH "[0-9]+" ${part} "${line}")
  endforeach()
  set(${out} "{\"major\": ${MAJOR}, \"minor\": ${MINOR}}" PARENT_SCOPE)
endfunction()

function(wyvern_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MANIFEST" "SOURCES;LIBRARIES")
  if(NOT arg_MANIFEST)
    set(arg_MANIFEST ${CMAKE_CURRENT_SOURCE_DIR}/manifest.json)
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${arg_MANIFEST})
  file(READ ${arg_MANIFEST} manifest)
  string(JSON id ERROR_VARIABLE fault GET "${manifest}" id)
  if(fault)
    message(FATAL_ERROR "${arg_MANIFEST}: ${fault}")
  endif()
  string(JSON version ERROR_VARIABLE fault GET "${manifest}" version)
  if(fault)
    message(FATAL_ERROR "${arg_MANIFEST}: ${fault}")
  endif()

  # CMake leaves sources of a language that is not enabled out, and says nothing.
  if("${arg_SOURCES}" MATCHES "\\.c(;|$)" AND NOT CMAKE_C_COMPILER)
    message(FATAL_ERROR "${name} has sources in C: name C among the LANGUAGES of project()")
  endif()

  set(fingerprint "{}")
  string(JSON fingerprint SET "${fingerprint}" compiler "\"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\"")
  string(JSON fingerprint SET "${fingerprint}" system "\"${CMAKE_SYSTEM_NAME} ${CMAKE_SYSTEM_PROCESSOR}\"")
  string(JSON fingerprint SET "${fingerprint}" build_type "\"${CMAKE_BUILD_TYPE}\"")
  string(JSON manifest SET "${manifest}" build "${fingerprint}")
  wyvern_read_abi(abi)
  string(JSON manifest SET "${manifest}" abi "${abi}")
  set(embedded ${CMAKE_CURRENT_BINARY_DIR}/${name}.manifest.json)
  file(CONFIGURE OUTPUT ${embedded} CONTENT "${manifest}" @ONLY)
  set(section ${CMAKE_CURRENT_BINARY_DIR}/${name}.manifest.S)
  file(CONFIGURE OUTPUT ${section} CONTENT
    "    .section .wyvern.manifest,\"aR\",%progbits\n    .incbin \"${embedded}\"\n    .section .note.GNU-stack,\"\",%progbits\n" @ONLY)
  set_source_files_properties(${section} PROPERTIES LANGUAGE ASM OBJECT_DEPENDS ${embedded})

  add_library(${name} MODULE ${arg_SOURCES} ${section})
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  # In the tree of Wyvern all plugins go to one folder; an author finds his own in the build folder.
  if(WYVERN_PLUGIN_DIR)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${WYVERN_PLUGIN_DIR})
  endif()
  target_compile_definitions(${name} PRIVATE WYVERN_PLUGIN_ID="${id}" WYVERN_PLUGIN_VERSION="${version}")
  target_link_libraries(${name} PRIVATE Wyvern::sdk ${arg_LIBRARIES})
  target_link_options(${name} PRIVATE -Wl,--version-script=${WYVERN_SDK_CMAKE_DIR}/plugin.map)
  set_property(TARGET ${name} APPEND PROPERTY LINK_DEPENDS ${WYVERN_SDK_CMAKE_DIR}/plugin.map)
  # An undefined symbol is the author's fault to see now; sanitizer runtimes are resolved from the program.
  if(NOT WYVERN_SANITIZE)
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
endfunction()

# wyvern_add_conformance_test(PLUGIN [CONFIG file.json] [SKIP pattern=reason …] [LABELS …] [TIMEOUT seconds])
#
# A test that runs the conformance kit on the target PLUGIN.
function(wyvern_add_conformance_test plugin)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "CONFIG;TIMEOUT" "SKIP;LABELS")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set(options)
  if(arg_CONFIG)
    list(APPEND options --config ${arg_CONFIG})
  endif()
  foreach(skip ${arg_SKIP})
    list(APPEND options --skip ${skip})
  endforeach()
  # A plugin that is built with a sanitizer needs the runner that has its runtime (package wyvern-dev-sanitizers).
  set(variant "")
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  set(flags "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_${type}} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
  if(flags MATCHES "-fsanitize=[a-z,]*thread")
    set(variant -tsan)
  elseif(flags MATCHES "-fsanitize=[a-z,]*(address|undefined)")
    set(variant -asan)
  endif()
  set(kit wyvern-conformance)  # of this build, in the tree of Wyvern itself
  if(NOT TARGET wyvern-conformance)
    set(kit ${WYVERN_CONFORMANCE}${variant})
  endif()
  add_test(NAME conformance.${plugin} COMMAND ${kit} $<TARGET_FILE:${plugin}> ${options})
  set_tests_properties(conformance.${plugin} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
