# SPDX-License-Identifier: MIT
# cmake -DPORT_FOLDER=<folder> -DWORK_FOLDER=<folder> -DCOMPILER=<path> -DLAUNCHER=<path> -P vcpkg.cmake: runs a
# port as vcpkg does for a triplet with shared libraries. The functions have the names of vcpkg's, and do only what
# the port needs.
set(PORT socketio-cpp)
set(CURRENT_PACKAGES_DIR ${WORK_FOLDER}/packages)
set(build_folder ${WORK_FOLDER}/build)
file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR})

function(vcpkg_find_acquire_program name)
  find_program(${name} pkg-config REQUIRED)
  set(${name} ${${name}} PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(arg "" "SOURCE_PATH" "OPTIONS" ${ARGN})
  execute_process(COMMAND ${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${build_folder} -G Ninja ${arg_OPTIONS}
                          -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
                          -DCMAKE_BUILD_TYPE=None -DBUILD_SHARED_LIBS=ON
                          -DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR} -DCMAKE_INSTALL_LIBDIR=lib
                  COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(vcpkg_cmake_install)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${build_folder} --target install COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Moves the package's files to share/, one folder nearer to the prefix.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(arg "" "PACKAGE_NAME;CONFIG_PATH" "" ${ARGN})
  set(share ${CURRENT_PACKAGES_DIR}/share/${arg_PACKAGE_NAME})
  file(MAKE_DIRECTORY ${CURRENT_PACKAGES_DIR}/share)
  file(RENAME ${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH} ${share})
  set(one_up "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
  file(GLOB files ${share}/*.cmake)
  foreach(file IN LISTS files)
    file(READ ${file} text)
    string(REPLACE "${one_up}${one_up}" "${one_up}" text "${text}")
    string(REPLACE "/../../../\" ABSOLUTE" "/../../\" ABSOLUTE" text "${text}")
    file(WRITE ${file} "${text}")
  endforeach()
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(arg "" "" "FILE_LIST" ${ARGN})
  file(COPY ${arg_FILE_LIST} DESTINATION ${CURRENT_PACKAGES_DIR}/share/${PORT})
endfunction()

# The port finds its files by CMAKE_CURRENT_LIST_DIR, which include() sets.
include(${PORT_FOLDER}/portfile.cmake)
