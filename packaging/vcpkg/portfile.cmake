# SPDX-License-Identifier: MIT
# An overlay port of this source tree: vcpkg install socketio-cpp --overlay-ports=packaging/vcpkg
# A registry's copy has a vcpkg_from_github() in place of the next line. Servers carry the browser client if npm has
# installed it in packaging/client.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)

# hiredis is found by it.
vcpkg_find_acquire_program(PKGCONFIG)
vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    "-DPKG_CONFIG_EXECUTABLE=${PKGCONFIG}"
    -DSOCKETIO_BUILD_TESTS=OFF
    -DSOCKETIO_BUILD_TOOLS=OFF
    -DSOCKETIO_BUILD_EXAMPLES=OFF
    -DSOCKETIO_BUILD_BENCH=OFF
    -DSOCKETIO_BUILD_FUZZ=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME socketio CONFIG_PATH lib/cmake/socketio)

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
