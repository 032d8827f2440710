# SPDX-License-Identifier: MIT
# With SOCKETIO_FUZZ every fuzz/<name>_fuzz.cpp is linked with libFuzzer. Otherwise it replays fuzz/corpus/<name>/, as a
# test with the label fuzz.
file(GLOB fuzz_sources CONFIGURE_DEPENDS fuzz/*_fuzz.cpp)
foreach(source IN LISTS fuzz_sources)
  cmake_path(GET source STEM target)
  string(REGEX REPLACE "_fuzz$" "" subject ${target})
  add_executable(${target} ${source})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE socketio_redis_layer socketio_client_layer socketio_warnings)
  if(SOCKETIO_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${target} PRIVATE fuzz/replay_main.cpp)
  endif()
  add_test(NAME ${target} COMMAND ${target} -runs=0 ${PROJECT_SOURCE_DIR}/fuzz/corpus/${subject})
  set_tests_properties(${target} PROPERTIES LABELS fuzz TIMEOUT 300)
endforeach()
