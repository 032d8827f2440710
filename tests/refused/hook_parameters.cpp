// SPDX-License-Identifier: MIT
// refused: this function takes other parameters
#include <socketio/namespace.hpp>

void compile(socketio::Namespace& nsp) {
  nsp.on_disconnect([](socketio::Socket&, int) {});
}
