# wyvern_precompile(TARGET): the headers that nearly every file reads, parsed once. Half of a file's time went there.
# There is one for libraries and plugins and one for programs, since their code is positioned differently; tests have
# GoogleTest in theirs. Sources still name what they use: the tree is to build with WYVERN_PRECOMPILE=OFF too.

option(WYVERN_PRECOMPILE "Parse the headers that nearly every file reads only once" ON)

set(WYVERN_PRECOMPILED_HEADERS <algorithm> <atomic> <chrono> <condition_variable> <filesystem> <fstream> <functional> <map> <memory> <mutex>
    <optional> <string> <string_view> <thread> <vector> <nlohmann/json.hpp>)
set(empty ${CMAKE_BINARY_DIR}/precompiled.cpp)
file(CONFIGURE OUTPUT ${empty} CONTENT "int main() {}\n")

if(WYVERN_PRECOMPILE)
  # So that the compiler cache sees through it.
  add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
  add_library(wyvern_precompiled_library OBJECT ${empty})
  add_executable(wyvern_precompiled_program EXCLUDE_FROM_ALL ${empty})
  foreach(target wyvern_precompiled_library wyvern_precompiled_program)
    target_link_libraries(${target} PRIVATE wyvern_flags nlohmann_json::nlohmann_json)
    target_precompile_headers(${target} PRIVATE ${WYVERN_PRECOMPILED_HEADERS})
  endforeach()
  if(WYVERN_TESTS)
    find_package(GTest REQUIRED)
    add_executable(wyvern_precompiled_test EXCLUDE_FROM_ALL ${empty})
    target_link_libraries(wyvern_precompiled_test PRIVATE wyvern_flags nlohmann_json::nlohmann_json GTest::gmock)
    target_precompile_headers(wyvern_precompiled_test PRIVATE ${WYVERN_PRECOMPILED_HEADERS} <gmock/gmock.h>)
    target_compile_options(wyvern_precompiled_test PRIVATE ${WYVERN_TEST_OPTIONS})
  endif()
endif()

function(wyvern_precompile target)
  if(NOT WYVERN_PRECOMPILE)
    return()
  endif()
  get_target_property(type ${target} TYPE)
  get_target_property(libraries ${target} LINK_LIBRARIES)
  if(type STREQUAL EXECUTABLE AND "GTest::gtest" IN_LIST libraries)
    target_precompile_headers(${target} REUSE_FROM wyvern_precompiled_test)
  elseif(type STREQUAL EXECUTABLE)
    target_precompile_headers(${target} REUSE_FROM wyvern_precompiled_program)
  else()
    target_precompile_headers(${target} REUSE_FROM wyvern_precompiled_library)
  endif()
endfunction()
