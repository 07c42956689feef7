# With what the packages hold, unpacked in ROOT: builds the good output of BROKEN in SCRATCH, which is plain C, without a C++
# compiler, and runs the kit on it.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${SCRATCH})
set(ID mine)
configure_file(${BROKEN}/good/output.json ${SCRATCH}/manifest.json @ONLY)
set(project [[
cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES @LANGUAGES@)
find_package(Wyvern REQUIRED)
wyvern_add_plugin(mine SOURCES @BROKEN@/good/good_output.c)
target_include_directories(mine PRIVATE @BROKEN@)
target_compile_definitions(mine PRIVATE _GNU_SOURCE)
]])
set(LANGUAGES "C ASM")
file(CONFIGURE OUTPUT ${SCRATCH}/CMakeLists.txt CONTENT "${project}" @ONLY)
run(${SCRATCH} ${CMAKE_COMMAND} -S . -B build -G Ninja -DCMAKE_PREFIX_PATH=${ROOT}/usr -DCMAKE_CXX_COMPILER=/none)
run(${SCRATCH} ${CMAKE_COMMAND} --build build)
run(${SCRATCH} ${ROOT}/usr/bin/wyvern-conformance build/mine.so)
if(NOT output MATCHES "[1-9][0-9]* passed, 0 failed")
  message(FATAL_ERROR "the kit did not say so: ${output}")
endif()

# Where C was forgotten, that is said.
set(LANGUAGES "CXX ASM")
file(CONFIGURE OUTPUT ${SCRATCH}/CMakeLists.txt CONTENT "${project}" @ONLY)
execute_process(COMMAND ${CMAKE_COMMAND} -S . -B without -G Ninja -DCMAKE_PREFIX_PATH=${ROOT}/usr
  WORKING_DIRECTORY ${SCRATCH} RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE output)
if(result EQUAL 0 OR NOT output MATCHES "name C among the LANGUAGES")
  message(FATAL_ERROR "sources in C without C: ${result} ${output}")
endif()
file(REMOVE_RECURSE ${SCRATCH})
