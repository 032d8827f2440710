# SPDX-License-Identifier: MIT
# socketio_layer(<name> [LAYERS ...] [PUBLIC_API] [PLATFORM <folder>] [PUBLIC_LIBRARIES ...] [PRIVATE_LIBRARIES ...])
# One library for src/<name>/**, except its folders server/ and client/, which are layers of their own. Its include root
# is a folder of links to those sources; linking another layer adds that layer's root. So an #include from a layer that
# is not linked does not compile. For a layer with a PLATFORM, one of the folders linux/ and portable/ is compiled. It
# is included as platform/, and the other folder does not exist there.
function(socketio_layer name)
  cmake_parse_arguments(arg "PUBLIC_API" "PLATFORM" "LAYERS;PUBLIC_LIBRARIES;PRIVATE_LIBRARIES" ${ARGN})
  set(folder ${PROJECT_SOURCE_DIR}/src/${name})
  string(REPLACE / _ id ${name})
  # The platform is part of the path, so that changing it recompiles everything.
  set(root ${PROJECT_BINARY_DIR}/layers/${id}${arg_PLATFORM})
  file(REMOVE_RECURSE ${root})
  file(MAKE_DIRECTORY ${root}/${name})
  file(GLOB entries CONFIGURE_DEPENDS LIST_DIRECTORIES true RELATIVE ${folder} ${folder}/*)
  list(REMOVE_ITEM entries server client linux portable)
  foreach(entry IN LISTS entries)
    file(CREATE_LINK ${folder}/${entry} ${root}/${name}/${entry} SYMBOLIC)
  endforeach()
  if(arg_PLATFORM)
    file(CREATE_LINK ${folder}/${arg_PLATFORM} ${root}/${name}/platform SYMBOLIC)
  endif()

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "^${folder}/(server|client|linux|portable)/")
  if(arg_PLATFORM)
    file(GLOB platform_sources CONFIGURE_DEPENDS ${folder}/${arg_PLATFORM}/*.cpp)
    list(APPEND sources ${platform_sources})
  endif()
  if(NOT sources)  # the layer consists of headers
    set(sources ${PROJECT_BINARY_DIR}/layers/empty.cpp)
    file(TOUCH ${sources})
  endif()
  set(target socketio_${id}_layer)
  add_library(${target} ${sources})
  set_target_properties(${target} PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} INSTALL_RPATH "$ORIGIN")
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${root}>)
  if(arg_PUBLIC_API)
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
    target_link_libraries(${target} PUBLIC nlohmann_json::nlohmann_json)
  endif()
  foreach(layer IN LISTS arg_LAYERS)
    string(REPLACE / _ layer ${layer})
    target_link_libraries(${target} PUBLIC socketio_${layer}_layer)
  endforeach()
  target_link_libraries(${target} PUBLIC ${arg_PUBLIC_LIBRARIES} PRIVATE ${arg_PRIVATE_LIBRARIES})
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:socketio_warnings>)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${SOCKETIO_UNITY} UNITY_BUILD_BATCH_SIZE 0)
  # The libraries also contain machine code, for programs that are linked without the optimisation.
  if(SOCKETIO_LINK_TIME_OPTIMISATION)
    target_compile_options(${target} PRIVATE -flto=auto -ffat-lto-objects)
  endif()
endfunction()

# socketio_public(<layer>): the target socketio::<layer>. Whatever links it sees the public headers; the layers behind
# it are only linked.
function(socketio_public layer)
  set(target socketio_public_${layer})
  add_library(${target} INTERFACE)
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_include_directories(${target} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                 $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} INTERFACE $<LINK_ONLY:socketio_${layer}_layer>
                                            nlohmann_json::nlohmann_json Boost::headers)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${layer})
  add_library(socketio::${layer} ALIAS ${target})
endfunction()
