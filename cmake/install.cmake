# SPDX-License-Identifier: MIT
# cmake --install: headers, the layers' static libraries and the package that find_package(socketio) reads. An
# application links socketio::server or socketio::client; the layers behind it are exported because a static library needs them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/socketio)
set(layers base codec engine core net server client)
list(TRANSFORM layers REPLACE "(.+)" "socketio_\\1_layer" OUTPUT_VARIABLE layer_targets)

install(TARGETS socketio_public_server socketio_public_client ${layer_targets} EXPORT socketio_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/socketio DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT socketio_targets FILE socketio-targets.cmake NAMESPACE socketio:: DESTINATION ${package_folder})

configure_package_config_file(cmake/socketio-config.cmake.in socketio-config.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(socketio-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/socketio-config.cmake ${PROJECT_BINARY_DIR}/socketio-config-version.cmake
        DESTINATION ${package_folder})
