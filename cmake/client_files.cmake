# SPDX-License-Identifier: MIT
# The browser client, which servers carry (ServerOptions::serve_client): it is compressed and built into the server's
# layer, if it is here. The project does not contain it; npm installs it.
set(SOCKETIO_CLIENT_DIST ${PROJECT_SOURCE_DIR}/packaging/client/node_modules/socket.io-client/dist CACHE PATH
    "Folder with socket.io.js and its siblings, which servers carry")
file(GLOB client_files CONFIGURE_DEPENDS ${SOCKETIO_CLIENT_DIST}/socket.io*.js ${SOCKETIO_CLIENT_DIST}/socket.io*.js.map)
if(client_files)
  find_program(SOCKETIO_NODE NAMES node nodejs REQUIRED)
  set(client_source ${PROJECT_BINARY_DIR}/client_files.cpp)
  message(STATUS "The browser client that servers carry: ${SOCKETIO_CLIENT_DIST}")
  set(embed ${PROJECT_SOURCE_DIR}/cmake/embed_client.mjs)
  add_custom_command(OUTPUT ${client_source} VERBATIM COMMAND ${SOCKETIO_NODE} ${embed} ${client_source} ${client_files}
                     DEPENDS ${client_files} ${embed})
else()
  set(client_source ${PROJECT_BINARY_DIR}/no_client_files.cpp)
  message(STATUS "The browser client that servers carry: none, as it is not in '${SOCKETIO_CLIENT_DIST}'")
  file(CONFIGURE OUTPUT ${client_source} CONTENT "#include \"server/client_files.hpp\"

socketio::server::ClientFiles socketio::server::built_in_client_files() { return {}; }
")
endif()
target_sources(socketio_server_layer PRIVATE ${client_source})
# The standard requires 64 KiB of a compiler.
set_source_files_properties(${client_source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON
                                                        COMPILE_OPTIONS -Wno-overlength-strings)
