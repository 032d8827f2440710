// SPDX-License-Identifier: MIT
// refused: and those of server_side_emit neither
#include <socketio/namespace.hpp>

void compile(const socketio::Namespace& nsp) {
  nsp.on_server_side_emit("reload", [](socketio::Socket) {});
}
