# Warnings, sanitizers and ccache: the same for every target of the tree.

find_program(WYVERN_CCACHE ccache)
if(WYVERN_CCACHE)
  # Precompiled headers are cached only when these two are forgiven.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${WYVERN_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# -g1 keeps symbolised stacks and half the build's disk and time.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
if(WYVERN_SANITIZE)
  # What sanitizers add makes full optimisation three times as slow to compile, and finds no more.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1 -DNDEBUG")
  set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g1 -DNDEBUG")
endif()

# Test cases are compiled far more often than run: what they test is optimised, they are not.
set(WYVERN_TEST_OPTIONS -O0)

add_library(wyvern_flags INTERFACE)
target_compile_options(wyvern_flags INTERFACE
  $<$<COMPILE_LANGUAGE:C,CXX>:-Wall -Wextra -Werror -fno-omit-frame-pointer -pthread>
  # g++ 12 sees overlaps and overruns in std::string that are not there (its bugs 105329 and 105651).
  $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
                                       -Wno-stringop-overread>)

if(WYVERN_SANITIZE)
  # Among what sanitizers add, g++ 12 sees uninitialised members of std::function in std::regex that are not there.
  target_compile_options(wyvern_flags INTERFACE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-maybe-uninitialized>)
  add_compile_options($<$<COMPILE_LANGUAGE:C,CXX>:-fsanitize=${WYVERN_SANITIZE}>
                      $<$<COMPILE_LANGUAGE:C,CXX>:-fno-sanitize-recover=all>)
  add_link_options(-fsanitize=${WYVERN_SANITIZE})
endif()
