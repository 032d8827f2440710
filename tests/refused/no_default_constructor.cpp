// SPDX-License-Identifier: MIT
// refused: its type needs a default
#include <socketio/handler.hpp>

struct Given {
  explicit Given(int);
};

void compile() {
  socketio::detail::make_handler<socketio::Socket>([](const Given&) {});
}
