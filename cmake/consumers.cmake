# SPDX-License-Identifier: MIT
# tests/install, a user's project, uses the library in each possible way (label install). A warning from its
# linker is an error.
set(consumers ${PROJECT_BINARY_DIR}/consumers)
set(prefix ${consumers}/prefix)
set(server_prefix ${consumers}/server_prefix)
set(consumer_options -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DCMAKE_BUILD_TYPE=None
                     -DCMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}
                     -DCMAKE_EXE_LINKER_FLAGS=-Wl,--fatal-warnings)

function(socketio_install_test name)  # command...
  add_test(NAME install_${name} COMMAND ${ARGN})
  set_tests_properties(install_${name} PROPERTIES LABELS install TIMEOUT 900)
endfunction()

function(socketio_consumer name test_program)  # option...
  socketio_install_test(${name} ${CMAKE_CTEST_COMMAND} --build-and-test ${PROJECT_SOURCE_DIR}/tests/install ${consumers}/${name}
                        --build-generator ${CMAKE_GENERATOR} --build-options ${consumer_options} ${ARGN}
                        --test-command ${test_program})
endfunction()

# Installed from this build, completely and without the client.
socketio_install_test(prefix ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${prefix})
socketio_consumer(find_package consumer -DCMAKE_PREFIX_PATH=${prefix})
foreach(component IN ITEMS common server)
  socketio_install_test(only_${component} ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${server_prefix}
                                          --component socketio_${component})
endforeach()
socketio_consumer(server_alone server_consumer -DCMAKE_PREFIX_PATH=${server_prefix} -DSOCKETIO_COMPONENTS=server)

# Shared libraries, built as vcpkg's port builds them.
socketio_install_test(vcpkg ${CMAKE_COMMAND} -DPORT_FOLDER=${PROJECT_SOURCE_DIR}/packaging/vcpkg
                      -DWORK_FOLDER=${consumers}/vcpkg -DCOMPILER=${CMAKE_CXX_COMPILER}
                      -DLAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER} -P ${PROJECT_SOURCE_DIR}/tests/install/vcpkg.cmake)
socketio_consumer(find_shared consumer -DCMAKE_PREFIX_PATH=${consumers}/vcpkg/packages)

# As a part of the user's own build, with and without the browser client.
socketio_consumer(add_subdirectory consumer -DSOCKETIO_SOURCE=${PROJECT_SOURCE_DIR})
socketio_consumer(fetch_content consumer -DSOCKETIO_FETCH=${PROJECT_SOURCE_DIR} -DSOCKETIO_CLIENT_DIST=)

set_tests_properties(install_prefix PROPERTIES FIXTURES_SETUP installed)
set_tests_properties(install_find_package PROPERTIES FIXTURES_REQUIRED installed)
set_tests_properties(install_only_common install_only_server PROPERTIES FIXTURES_SETUP installed_server)
set_tests_properties(install_server_alone PROPERTIES FIXTURES_REQUIRED installed_server)
set_tests_properties(install_vcpkg PROPERTIES FIXTURES_SETUP shared)
set_tests_properties(install_find_shared PROPERTIES FIXTURES_REQUIRED shared)
# Together they would compile the same files at the same time.
set_tests_properties(install_fetch_content PROPERTIES DEPENDS install_add_subdirectory)
