# With what the packages hold, unpacked in ROOT: makes a plugin of KIND in SCRATCH with the compiler CXX and FLAGS, and runs
# the kit on it. It must depend on the library NEEDED, if given.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${SCRATCH})
file(MAKE_DIRECTORY ${SCRATCH}/empty)
run(${SCRATCH}/empty ${ROOT}/usr/bin/wyvern new-plugin ${KIND} mine)
run(${SCRATCH}/empty ${CMAKE_COMMAND} -S mine -B mine/build -G Ninja -DCMAKE_PREFIX_PATH=${ROOT}/usr
  -DCMAKE_CXX_COMPILER=${CXX} "-DCMAKE_CXX_FLAGS=${FLAGS}")
run(${SCRATCH}/empty ${CMAKE_COMMAND} --build mine/build)
if(NEEDED)
  run(${SCRATCH}/empty readelf -d mine/build/mine.so)
  if(NOT output MATCHES "${NEEDED}")
    message(FATAL_ERROR "it does not use ${NEEDED}:\n${output}")
  endif()
endif()
run(${SCRATCH}/empty ${ROOT}/usr/bin/wyvern-conformance mine/build/mine.so)
message("${output}")
if(NOT output MATCHES "[1-9][0-9]* passed, 0 failed")
  message(FATAL_ERROR "the kit did not say so")
endif()
run(${SCRATCH}/empty ${CMAKE_CTEST_COMMAND} --test-dir mine/build --output-on-failure --no-tests=error)
foreach(file manifest.json plugin.cpp README.md CMakeLists.txt .gitignore .github/workflows/ci.yml)
  if(NOT EXISTS ${SCRATCH}/empty/mine/${file})
    message(FATAL_ERROR "the new plugin has no ${file}")
  endif()
endforeach()
# A second one of the same name is refused, and the first one stays.
execute_process(COMMAND ${ROOT}/usr/bin/wyvern new-plugin ${KIND} mine WORKING_DIRECTORY ${SCRATCH}/empty
  RESULT_VARIABLE result ERROR_VARIABLE output)
if(result EQUAL 0 OR NOT output MATCHES "exists already" OR NOT EXISTS ${SCRATCH}/empty/mine/plugin.cpp)
  message(FATAL_ERROR "a second plugin of the same name: ${result} ${output}")
endif()
file(REMOVE_RECURSE ${SCRATCH})
