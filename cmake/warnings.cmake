# SPDX-License-Identifier: MIT
# Compiler flags for our own targets; users of the library do not get them.
add_library(socketio_warnings INTERFACE)
target_compile_options(socketio_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                                   -Woverloaded-virtual -Wimplicit-fallthrough)
# With optimisation, GCC 12 reports false positives in std::string and coroutine frames.
target_compile_options(socketio_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict
                                                   -Wno-maybe-uninitialized -Wno-dangling-pointer>)

# Makes position-independent code as fast as other code, because our functions cannot be replaced from outside.
add_compile_options(-fno-semantic-interposition)

if(SOCKETIO_SANITIZE)
  add_compile_options(-fsanitize=${SOCKETIO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SOCKETIO_SANITIZE})
endif()
if(SOCKETIO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
