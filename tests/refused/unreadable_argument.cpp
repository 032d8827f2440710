// SPDX-License-Identifier: MIT
// refused: this type cannot be decoded
#include <socketio/handler.hpp>

struct Unreadable {
  int number = 0;
};

void compile() {
  socketio::detail::make_handler<socketio::Socket>([](const Unreadable&) {});
}
