# SPDX-License-Identifier: MIT
# Tests of the project itself: the rules that a program can check (label tidy), each public header on its own, and the
# library as its users get it (label install).

foreach(rule IN ITEMS first_line length function_length leftovers switched_off machine layers io_line platforms
                      public_headers from_javascript)
  add_test(NAME tidy_${rule} COMMAND ${PROJECT_SOURCE_DIR}/tests/tidy/check.sh ${rule})
  set_tests_properties(tidy_${rule} PROPERTIES LABELS tidy TIMEOUT 60)
endforeach()

# Each public header is the only include of a file, so a header that lacks an include does not compile.
file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/include/socketio/*.hpp)
foreach(header IN LISTS headers)
  string(MAKE_C_IDENTIFIER ${header} name)
  set(source ${PROJECT_BINARY_DIR}/headers/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "#include <${header}>\n#include <${header}>\n")
  list(APPEND header_sources ${source})
endforeach()
add_library(socketio_headers OBJECT ${header_sources})
target_link_libraries(socketio_headers PRIVATE socketio::server socketio_warnings)

# socketio_page_programs(<prefix> <page> [ON_FREE_PORT]): the programs that a page shows become <prefix>_server and
# <prefix>_client, whichever there are. A page shows at most one of each in C++, and nothing else. With ON_FREE_PORT a
# server listens on a free port, which it prints, and a client's first argument is its server's URL.
function(socketio_page_programs prefix page)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${page})
  file(READ ${page} text)
  foreach(side IN ITEMS server client)
    if(text MATCHES "```cpp\n(#include <socketio/${side}\\.hpp>\n[^`]*int main[^`]*)```")
      set(code "${CMAKE_MATCH_1}")
      string(REPLACE "${CMAKE_MATCH_0}" "" text "${text}")
      if("ON_FREE_PORT" IN_LIST ARGN)
        string(REPLACE "io.listen(3001)" "std::cout << io.listen(\"127.0.0.1\", 0) << std::endl" code "${code}")
        string(REPLACE "client{\"http://localhost:3001\"" "client{argv[1]" code "${code}")
        string(REPLACE "int main()" "int main(int, [[maybe_unused]] char** argv)" code "#include <iostream>\n${code}")
      endif()
      file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/pages/${prefix}_${side}.cpp CONTENT "${code}" @ONLY)
      add_executable(${prefix}_${side} ${PROJECT_BINARY_DIR}/pages/${prefix}_${side}.cpp)
      target_link_libraries(${prefix}_${side} PRIVATE socketio::${side} socketio_warnings)
      list(APPEND programs ${prefix}_${side})
    endif()
  endforeach()
  if(NOT programs OR text MATCHES "```cpp")
    message(FATAL_ERROR "${page} has to show one or two complete programs, and no other C++")
  endif()
  set(page_programs ${programs} PARENT_SCOPE)
endfunction()

set(readme ${PROJECT_SOURCE_DIR}/README.md)
socketio_page_programs(readme ${readme})
add_test(NAME install_readme COMMAND ${PROJECT_SOURCE_DIR}/tests/install/readme.sh
                                     $<TARGET_FILE:readme_server> $<TARGET_FILE:readme_client> ${readme})
set_tests_properties(install_readme PROPERTIES LABELS install TIMEOUT 60)

# The programs of docs/guide, beside the JavaScript that they stand for: tests/docs/guide_test.cpp runs both.
file(GLOB guide_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/guide/*.md)
list(FILTER guide_pages EXCLUDE REGEX "/README\\.md$")
foreach(page IN LISTS guide_pages)
  cmake_path(GET page STEM stem)
  socketio_page_programs(guide_${stem} ${page} ON_FREE_PORT)
  list(APPEND guide_programs ${page_programs})
endforeach()
foreach(program IN LISTS guide_programs)
  target_compile_options(${program} PRIVATE ${test_options})
endforeach()
find_package(PkgConfig REQUIRED)
pkg_check_modules(libjwt REQUIRED IMPORTED_TARGET libjwt)
target_link_libraries(guide_middleware_server PRIVATE PkgConfig::libjwt)
# Compiling them takes a minute, which once is enough.
if(NOT SOCKETIO_SANITIZE)
  socketio_tests(guide_tests LABEL client PREFIX client SOURCES tests/docs/*_test.cpp)
  add_dependencies(guide_tests ${guide_programs})
  target_compile_definitions(guide_tests PRIVATE SOCKETIO_GUIDE="${PROJECT_SOURCE_DIR}/docs/guide"
                                                 SOCKETIO_GUIDE_PROGRAMS="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
                                                 SOCKETIO_CLIENT_TESTS="${PROJECT_SOURCE_DIR}/tests/client")
endif()

# The examples of docs/handlers.md. An example that begins with a type is a definition; any other is the
# body of a function.
set(handlers_page ${PROJECT_SOURCE_DIR}/docs/handlers.md)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${handlers_page})
file(READ ${handlers_page} handlers_text)
string(REPLACE ";" "\\;" handlers_text "${handlers_text}")
string(REGEX MATCHALL "```cpp\n[^`]*```" handlers_blocks "${handlers_text}")
set(handlers_code "#include \"docs/handlers_prologue.hpp\"\n")
set(block_number 0)
foreach(block IN LISTS handlers_blocks)
  string(REGEX REPLACE "```(cpp\n)?" "" block "${block}")
  math(EXPR block_number "${block_number} + 1")
  if(NOT block MATCHES "^(struct|enum|template|///)")
    set(block "void example_${block_number}([[maybe_unused]] Server& io) {\n${block}}\n")
  endif()
  string(APPEND handlers_code "\n${block}")
endforeach()
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/handlers_page.cpp CONTENT "${handlers_code}" @ONLY)
add_library(socketio_handlers_page OBJECT ${PROJECT_BINARY_DIR}/handlers_page.cpp)
target_include_directories(socketio_handlers_page PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_link_libraries(socketio_handlers_page PRIVATE socketio::server socketio_warnings)

# A consumer links without sanitizers, so these tests need a build without them.
if(NOT SOCKETIO_SANITIZE AND SOCKETIO_INSTALL)
  include(cmake/consumers.cmake)
endif()
