// SPDX-License-Identifier: MIT
// refused: this function takes other parameters
#include <socketio/namespace.hpp>

void compile(socketio::Namespace& nsp) {
  nsp.use([](socketio::Socket&) {});
}
