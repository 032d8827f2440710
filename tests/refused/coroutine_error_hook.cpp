// SPDX-License-Identifier: MIT
// refused: this function cannot be a coroutine
#include <socketio/namespace.hpp>

void compile(socketio::Namespace& nsp) {
  nsp.on_handler_error([](const socketio::HandlerError&) -> socketio::Task<> { co_return; });
}
