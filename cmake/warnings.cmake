# SPDX-License-Identifier: MIT
# Compiler flags of our own targets; nothing of this reaches users of the library.
add_library(socketio_warnings INTERFACE)
target_compile_options(socketio_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                                   -Woverloaded-virtual -Wimplicit-fallthrough)
# GCC 12 reports false positives in std::string and coroutine frames under optimisation.
target_compile_options(socketio_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict
                                                   -Wno-maybe-uninitialized -Wno-dangling-pointer>)

# Position-independent code costs nothing where our own functions cannot be replaced from outside.
add_compile_options(-fno-semantic-interposition)

if(SOCKETIO_SANITIZE)
  add_compile_options(-fsanitize=${SOCKETIO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SOCKETIO_SANITIZE})
endif()
if(SOCKETIO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
