# SPDX-License-Identifier: MIT
# Every tests/<label>/<name>_test.cpp is one executable <label>_<name>_test with that ctest label; every
# fuzz/<name>_fuzz.cpp replays fuzz/corpus/<name>/ under the label fuzz.
find_package(GTest REQUIRED)

# Nobody times a test: it is compiled quickly, the library that it tests as users get it.
set(test_options -O0)
# A third of the time that compiling tests with sanitizers takes goes into checks that the address sanitizer makes too,
# or that the library, which has them, makes for itself.
if(SOCKETIO_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND test_options -fno-sanitize=null,alignment,object-size,vptr)
endif()

# What most tests include, compiled once. Clang compiles them without, so that a missing include does not hide.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/test_headers.cpp CONTENT "int main() {}\n")
  add_executable(socketio_test_headers ${PROJECT_BINARY_DIR}/test_headers.cpp)
  target_link_libraries(socketio_test_headers PRIVATE socketio_server_layer socketio_client_layer GTest::gtest GTest::gmock
                                                      socketio_warnings)
  target_compile_options(socketio_test_headers PRIVATE ${test_options})
  target_precompile_headers(socketio_test_headers PRIVATE <gtest/gtest.h> <socketio/server.hpp> <map> <string> <vector>)
endif()

# socketio_test(<target> <label> <source> [library...])
function(socketio_test target label source)
  add_executable(${target} ${source})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/examples)
  target_link_libraries(${target} PRIVATE socketio_server_layer socketio_client_layer GTest::gtest GTest::gmock_main
                                          socketio_warnings ${ARGN})
  target_compile_options(${target} PRIVATE ${test_options})
  if(TARGET socketio_test_headers)
    target_precompile_headers(${target} REUSE_FROM socketio_test_headers)
  endif()
  add_test(NAME ${target} COMMAND ${target} --gtest_brief=1)
  set_tests_properties(${target} PROPERTIES LABELS ${label} TIMEOUT 300)
endfunction()

foreach(label IN ITEMS unit simulation integration)
  file(GLOB sources CONFIGURE_DEPENDS tests/${label}/*_test.cpp)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    socketio_test(${label}_${stem} ${label} ${source})
  endforeach()
endforeach()

# Against the official packages: needs Node.js and what tests/client/package-lock.json says; `./dev test client` sees to it.
file(GLOB client_tests CONFIGURE_DEPENDS tests/client/*_test.cpp)
foreach(source IN LISTS client_tests)
  cmake_path(GET source STEM stem)
  socketio_test(client_${stem} client ${source})
  target_compile_definitions(client_${stem} PRIVATE SOCKETIO_CLIENT_TESTS="${PROJECT_SOURCE_DIR}/tests/client")
endforeach()

# The command-line tool, as a shell runs it.
file(GLOB tool_tests CONFIGURE_DEPENDS tests/tools/*_test.cpp)
foreach(source IN LISTS tool_tests)
  cmake_path(GET source STEM stem)
  socketio_test(integration_${stem} integration ${source} sio_parts)
  add_dependencies(integration_${stem} sio)
  target_compile_definitions(integration_${stem} PRIVATE SOCKETIO_SIO="$<TARGET_FILE:sio>")
endforeach()

# A program that ends in many ways.
add_executable(exit_program tests/exit/program.cpp)
target_link_libraries(exit_program PRIVATE socketio::server socketio::client socketio_warnings)
add_dependencies(integration_exit_test exit_program)
target_compile_definitions(integration_exit_test PRIVATE SOCKETIO_EXIT_PROGRAM="$<TARGET_FILE:exit_program>")

# The showcase keeps its tests beside its sources.
file(GLOB showcase_tests CONFIGURE_DEPENDS examples/showcase/server/*_test.cpp)
foreach(source IN LISTS showcase_tests)
  cmake_path(GET source STEM stem)
  socketio_test(unit_showcase_${stem} unit ${source} showcase_parts)
endforeach()

file(GLOB fuzz_sources CONFIGURE_DEPENDS fuzz/*_fuzz.cpp)
foreach(source IN LISTS fuzz_sources)
  cmake_path(GET source STEM target)
  string(REGEX REPLACE "_fuzz$" "" subject ${target})
  add_executable(${target} ${source})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE socketio_server_layer socketio_warnings)
  if(SOCKETIO_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${target} PRIVATE fuzz/replay_main.cpp)
  endif()
  add_test(NAME ${target} COMMAND ${target} -runs=0 ${PROJECT_SOURCE_DIR}/fuzz/corpus/${subject})
  set_tests_properties(${target} PROPERTIES LABELS fuzz TIMEOUT 300)
endforeach()

# Every tests/refused/<name>.cpp must not compile, and the compiler has to say what its second line says.
file(GLOB refused_sources CONFIGURE_DEPENDS tests/refused/*.cpp)
foreach(source IN LISTS refused_sources)
  cmake_path(GET source STEM stem)
  file(STRINGS ${source} expected REGEX "^// refused: ")
  string(REPLACE "// refused: " "" expected "${expected}")
  add_test(NAME unit_refused_${stem}
           COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -I${PROJECT_SOURCE_DIR}/include ${source})
  set_tests_properties(unit_refused_${stem} PROPERTIES LABELS unit PASS_REGULAR_EXPRESSION "error: .*${expected}"
                                                       TIMEOUT 300)
endforeach()
