// SPDX-License-Identifier: MIT
// refused: a coroutine outlives the packet
#include <socketio/handler.hpp>

#include <optional>
#include <string_view>
#include <vector>

void compile() {
  socketio::detail::make_handler<socketio::Socket>(
      [](std::optional<std::vector<std::string_view>>) -> socketio::Task<> { co_return; });
}
