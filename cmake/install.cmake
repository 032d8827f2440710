# SPDX-License-Identifier: MIT
# cmake --install: headers, the layers' libraries, and the package that find_package(socketio) reads. An application
# links socketio::server or socketio::client; the layers behind them are exported because static libraries need them.
# What only one of the two needs is a component of its own.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/socketio)
set(common_targets socketio_base_layer socketio_codec_layer socketio_engine_layer socketio_core_layer socketio_net_layer)
set(server_targets socketio_public_server socketio_engine_server_layer socketio_core_server_layer socketio_cluster_layer
  socketio_server_layer)
if(TARGET socketio_public_admin)
  list(APPEND server_targets socketio_public_admin socketio_admin_layer)
endif()
if(TARGET socketio_public_redis)
  list(APPEND server_targets socketio_public_redis socketio_redis_layer)
endif()
set(client_targets socketio_public_client socketio_engine_client_layer socketio_core_client_layer
  socketio_net_client_layer socketio_client_layer)

foreach(component IN ITEMS common server client)
  install(TARGETS ${${component}_targets} EXPORT socketio_${component}
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT socketio_${component}
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT socketio_${component}
          NAMELINK_COMPONENT socketio_${component}
          RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT socketio_${component})
  install(EXPORT socketio_${component} FILE socketio-${component}.cmake NAMESPACE socketio::
          DESTINATION ${package_folder} COMPONENT socketio_${component})
endforeach()

configure_package_config_file(cmake/socketio-config.cmake.in socketio-config.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(socketio-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/socketio-config.cmake ${PROJECT_BINARY_DIR}/socketio-config-version.cmake
        DESTINATION ${package_folder} COMPONENT socketio_common)
install(DIRECTORY include/socketio DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT socketio_common)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT socketio_common)
