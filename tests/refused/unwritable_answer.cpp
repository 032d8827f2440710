// SPDX-License-Identifier: MIT
// refused: this type cannot be encoded
#include <socketio/handler.hpp>

struct Unwritable {
  int number = 0;
};

void compile() {
  socketio::detail::make_handler<socketio::Socket>([] { return Unwritable{}; });
}
