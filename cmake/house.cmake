# SPDX-License-Identifier: MIT
# Tests of the project itself: the rules that a program can check (label tidy), each public header on its own, and the
# library as its users get it (label install).

foreach(rule IN ITEMS first_line length function_length leftovers switched_off machine layers io_line platforms
                      public_headers)
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

# README's two programs, unchanged: first the server, then its client.
set(readme ${PROJECT_SOURCE_DIR}/README.md)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${readme})
file(READ ${readme} readme_text)
foreach(part IN ITEMS server client)
  if(NOT readme_text MATCHES "```cpp\n([^`]*int main[^`]*)```")
    message(FATAL_ERROR "README.md shows no ${part}")
  endif()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/readme_${part}.cpp CONTENT "${CMAKE_MATCH_1}" @ONLY)
  string(REPLACE "${CMAKE_MATCH_0}" "" readme_text "${readme_text}")
  add_executable(readme_${part} ${PROJECT_BINARY_DIR}/readme_${part}.cpp)
  target_link_libraries(readme_${part} PRIVATE socketio::${part} socketio_warnings)
endforeach()
add_test(NAME install_readme COMMAND ${PROJECT_SOURCE_DIR}/tests/install/readme.sh
                                     $<TARGET_FILE:readme_server> $<TARGET_FILE:readme_client> ${readme})
set_tests_properties(install_readme PROPERTIES LABELS install TIMEOUT 60)

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
