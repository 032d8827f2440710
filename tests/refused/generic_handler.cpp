// SPDX-License-Identifier: MIT
// refused: this handler's parameters cannot be read off
#include <socketio/handler.hpp>

void compile() {
  socketio::detail::make_handler<socketio::Socket>([](auto argument) { return argument; });
}
