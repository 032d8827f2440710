# SPDX-License-Identifier: MIT
# All tests/<label>/<name>_test.cpp of a label form one program, <label>_tests. Each file is a ctest test
# <label>_<name>_test with that label, and runs as a process of its own.
find_package(GTest REQUIRED)

# Tests are not timed, so they are compiled without optimisation, but the library that they test is optimised.
set(test_options -O0)
# With sanitizers, a third of the time for compiling tests goes into checks that the address sanitizer makes as well, or
# that the library, which keeps them, makes for itself.
if(SOCKETIO_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND test_options -fno-sanitize=null,alignment,object-size,vptr)
endif()

# The headers that most tests include.
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/test_headers.cpp CONTENT "int main() {}\n")
add_executable(socketio_test_headers ${PROJECT_BINARY_DIR}/test_headers.cpp)
target_link_libraries(socketio_test_headers PRIVATE socketio_server_layer socketio_client_layer GTest::gtest GTest::gmock
                                                    socketio_warnings)
target_compile_options(socketio_test_headers PRIVATE ${test_options})
socketio_precompile(socketio_test_headers <gtest/gtest.h> <socketio/server.hpp> <map> <string> <vector>)

add_library(socketio_test_main STATIC tests/support/main.cpp)
target_link_libraries(socketio_test_main PUBLIC GTest::gtest GTest::gmock PRIVATE socketio_warnings)

function(socketio_test_program program)  # source...
  add_executable(${program} ${ARGN})
  target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/examples)
  target_link_libraries(${program} PRIVATE socketio_admin_layer socketio_redis_layer socketio_client_layer socketio_test_main socketio_warnings)
  target_compile_options(${program} PRIVATE ${test_options})
  socketio_precompiled_by(${program} socketio_test_headers)
endfunction()

# socketio_tests(<program> LABEL <label> PREFIX <prefix> SOURCES <glob>)
# A file is a program of its own if it replaces operator new or a function of the system, or if it tests threads: the
# thread sanitizer's build then need not compile the others.
function(socketio_tests program)
  cmake_parse_arguments(arg "" "LABEL;PREFIX;SOURCES" "" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${arg_SOURCES})
  set(shared "")
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    set(test ${arg_PREFIX}_${stem})
    file(STRINGS ${source} replaces REGEX "_allocations\\.hpp\"|^extern \"C\"")
    if(replaces OR stem MATCHES "(^|_)threads_test$")
      set(owner ${test})
      socketio_test_program(${test} ${source})
    else()
      set(owner ${program})
      list(APPEND shared ${source})
    endif()
    add_test(NAME ${test} COMMAND ${owner} --file=${stem} --gtest_brief=1)
    set_tests_properties(${test} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 300
                                            ENVIRONMENT GTEST_OUTPUT=xml:${PROJECT_BINARY_DIR}/reports/${test}.xml)
  endforeach()
  socketio_test_program(${program} ${shared})
endfunction()

# A path that a test's source needs, as a macro. Only that source gets it: ccache compiles what names this folder anew for
# each other one.
function(socketio_path source name path)
  set_property(SOURCE ${source} APPEND PROPERTY COMPILE_DEFINITIONS "${name}=\"${path}\"")
endfunction()

foreach(label IN ITEMS unit simulation integration)
  socketio_tests(${label}_tests LABEL ${label} PREFIX ${label} SOURCES tests/${label}/*_test.cpp)
endforeach()

# It contains simdjson's own code, which has to be the same as the library's.
set_source_files_properties(tests/unit/json_plain_test.cpp PROPERTIES
  COMPILE_DEFINITIONS "$<TARGET_PROPERTY:simdjson::simdjson,INTERFACE_COMPILE_DEFINITIONS>")

# Tests with the official packages. They need Node.js and the packages in tests/client/package-lock.json, which `./dev
# test client` installs.
socketio_tests(client_tests LABEL client PREFIX client SOURCES tests/client/*_test.cpp)
target_include_directories(client_tests PRIVATE examples)  # for their parser
target_sources(client_tests PRIVATE tests/client/support/node.cpp)
socketio_path(tests/client/support/node.cpp SOCKETIO_CLIENT_TESTS ${PROJECT_SOURCE_DIR}/tests/client)

# The command-line tool, as a shell runs it.
if(SOCKETIO_BUILD_TOOLS)
  socketio_tests(sio_tests LABEL integration PREFIX integration SOURCES tests/tools/*_test.cpp)
  target_link_libraries(sio_tests PRIVATE sio_parts)
  add_dependencies(sio_tests sio)
  target_compile_definitions(sio_tests PRIVATE SOCKETIO_SIO="$<TARGET_FILE:sio>")
endif()

# A program that can end in many ways.
add_executable(exit_program tests/exit/program.cpp)
target_link_libraries(exit_program PRIVATE socketio::server socketio::client socketio_warnings)
add_dependencies(integration_tests exit_program)
socketio_path(tests/integration/exit_test.cpp SOCKETIO_EXIT_PROGRAM $<TARGET_FILE:exit_program>)

# The small examples, run as a reader would. The showcase has its tests next to its sources.
if(SOCKETIO_BUILD_EXAMPLES)
  socketio_tests(example_tests LABEL integration PREFIX integration SOURCES tests/examples/*_test.cpp)
  add_dependencies(example_tests ${example_programs})
  target_compile_definitions(example_tests PRIVATE SOCKETIO_EXAMPLES="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/")
  socketio_tests(showcase_tests LABEL unit PREFIX unit_showcase SOURCES examples/showcase/server/*_test.cpp)
  target_link_libraries(showcase_tests PRIVATE showcase_parts)
endif()

# No tests/refused/<name>.cpp may compile, and the compiler's output must contain what the file's second line says.
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
