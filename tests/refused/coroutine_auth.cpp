// SPDX-License-Identifier: MIT
// refused: auth cannot be a coroutine
#include <socketio/client_options.hpp>

socketio::Auth compile() {
  return [](const socketio::Auth::Answer&) -> socketio::Task<> { co_return; };
}
