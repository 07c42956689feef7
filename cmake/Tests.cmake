# wyvern_add_test(NAME SOURCES a.cpp … [LIBRARIES …] [LABELS …] [TIMEOUT seconds] [FIXTURES …])
# One GoogleTest program; every test case is a CTest case of its own. Labels choose suites: unit, contract, e2e, tsan.

find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)

function(wyvern_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LIBRARIES;LABELS;FIXTURES")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  add_executable(${name} ${arg_SOURCES})
  if("tsan" IN_LIST arg_LABELS)
    set_property(GLOBAL APPEND PROPERTY WYVERN_TSAN_SUITES ${name})
  endif()
  target_link_libraries(${name} PRIVATE wyvern_flags GTest::gtest GTest::gmock GTest::gtest_main ${arg_LIBRARIES})
  target_compile_options(${name} PRIVATE ${WYVERN_TEST_OPTIONS})
  wyvern_precompile(${name})
  target_compile_definitions(${name} PRIVATE
    WYVERN_BUILD_DIR="${CMAKE_BINARY_DIR}" WYVERN_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  # One label for CTest, whose discovery loses all but the first; it is chosen by a regular expression anyway.
  string(REPLACE ";" "-" labels "${arg_LABELS}")
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${labels}" FIXTURES_REQUIRED "${arg_FIXTURES}")
endfunction()
