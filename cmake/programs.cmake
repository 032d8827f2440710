# SPDX-License-Identifier: MIT
# Executables besides the library: examples, benchmarks, servers for tests. They see only the public headers.
if(SOCKETIO_BUILD_TESTS OR SOCKETIO_BUILD_TOOLS OR SOCKETIO_BUILD_BENCH OR SOCKETIO_BUILD_EXAMPLES)
  find_package(CLI11 REQUIRED)
endif()
if((SOCKETIO_BUILD_EXAMPLES OR SOCKETIO_BUILD_BENCH) AND NOT TARGET socketio_redis_layer)
  message(FATAL_ERROR "The showcase and the benchmarks need hiredis (libhiredis-dev)")
endif()

# socketio_program(<name> SOURCES <glob>... [LIBRARIES ...]); nothing is built while a glob matches no file.
function(socketio_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${arg_SOURCES})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  if(sources)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} socketio_warnings)
  endif()
endfunction()

# Built like a user's release. The programs below are linked without this: GCC would optimise again for each of them.
if(SOCKETIO_BUILD_BENCH)
  socketio_program(bench_server SOURCES bench/server.cpp LIBRARIES socketio::redis CLI11::CLI11)
  socketio_program(bench_load SOURCES bench/load/*.cpp LIBRARIES CLI11::CLI11 OpenSSL::Crypto)
  socketio_program(bench_yardstick SOURCES bench/yardstick/*.cpp LIBRARIES CLI11::CLI11 OpenSSL::Crypto)
endif()
# Below the public headers: the server without a kernel.
if(SOCKETIO_BUILD_MICRO)
  find_package(benchmark REQUIRED)
  socketio_program(bench_micro SOURCES bench/micro/*.cpp bench/load/frames.cpp bench/load/options.cpp
                   LIBRARIES socketio_server_layer benchmark::benchmark)
  target_include_directories(bench_micro PRIVATE bench)
endif()
if(SOCKETIO_LINK_TIME_OPTIMISATION)
  foreach(program IN ITEMS bench_server bench_micro)
    if(TARGET ${program})
      target_compile_options(${program} PRIVATE -flto=auto)
      target_link_options(${program} PRIVATE -flto=auto)
    endif()
  endforeach()
  add_link_options(-fno-lto)
endif()

if(SOCKETIO_BUILD_EXAMPLES)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
  pkg_check_modules(libjwt REQUIRED IMPORTED_TARGET libjwt)
  file(GLOB showcase_sources CONFIGURE_DEPENDS examples/showcase/server/*.cpp)
  list(FILTER showcase_sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  # The page shows the sources of what is running.
  set(showcase_embedded ${CMAKE_CURRENT_BINARY_DIR}/showcase/sources.cpp)
  set(showcase_embed ${PROJECT_SOURCE_DIR}/examples/showcase/server/embed_sources.cmake)
  add_custom_command(OUTPUT ${showcase_embedded} VERBATIM
                     COMMAND ${CMAKE_COMMAND} "-DFILES=${showcase_sources}" -DOUT=${showcase_embedded} -P ${showcase_embed}
                     DEPENDS ${showcase_sources} ${showcase_embed})
  # A library, so that its tests can link it.
  add_library(showcase_parts STATIC ${showcase_sources} ${showcase_embedded})
  target_include_directories(showcase_parts PRIVATE examples/showcase/server)
  target_link_libraries(showcase_parts PUBLIC socketio::server socketio::client PkgConfig::sqlite3 PkgConfig::libjwt
                        OpenSSL::Crypto PRIVATE socketio_warnings)
  socketio_program(showcase SOURCES examples/showcase/server/main.cpp LIBRARIES showcase_parts socketio::redis)

  # Each example is a program: examples/client/chat.cpp becomes example_client_chat.
  foreach(side IN ITEMS server client)
    file(GLOB small_examples CONFIGURE_DEPENDS examples/${side}/*.cpp)
    foreach(source IN LISTS small_examples)
      cmake_path(GET source STEM stem)
      socketio_program(example_${side}_${stem} SOURCES ${source} LIBRARIES socketio::${side})
      list(APPEND example_programs example_${side}_${stem})
    endforeach()
  endforeach()
  target_link_libraries(example_client_game_loop PRIVATE socketio::server)  # it contains its server
endif()

if(SOCKETIO_BUILD_TESTS)
  socketio_program(conformance_server SOURCES tests/conformance/server/*.cpp
                   LIBRARIES socketio::admin CLI11::CLI11)
  target_include_directories(conformance_server PRIVATE examples)  # for its parser
  socketio_program(cluster_node SOURCES tests/cluster/node/*.cpp
                   LIBRARIES socketio::redis CLI11::CLI11 OpenSSL::Crypto)
endif()

# The command-line tool. Most of it is a library, so that its tests can link it. It sees the codec layer, with which it
# explains captured bytes.
if(SOCKETIO_BUILD_TOOLS)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(libedit REQUIRED IMPORTED_TARGET libedit)
  file(GLOB sio_sources CONFIGURE_DEPENDS tools/sio/*.cpp)
  list(FILTER sio_sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(sio_parts STATIC ${sio_sources} bench/load/histogram.cpp)
  target_include_directories(sio_parts PUBLIC tools bench)
  target_link_libraries(sio_parts PUBLIC socketio::client socketio_codec_layer CLI11::CLI11
                                  PRIVATE PkgConfig::libedit socketio_warnings)
  # CLI11, the option parser, takes longer to compile than anything else in a build.
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(sio_parts PRIVATE -O0)
  endif()
  socketio_precompile(sio_parts <CLI/CLI.hpp> <socketio/asio.hpp>)
  socketio_program(sio SOURCES tools/sio/main.cpp LIBRARIES sio_parts)
  if(SOCKETIO_INSTALL)
    install(TARGETS sio RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endif()
