// SPDX-License-Identifier: MIT
#include "core/client/socket_handlers.hpp"

#include "core/event_text.hpp"

namespace socketio::core {

HandlerId SocketHandlers::add(std::string event, detail::EventHandler handler,
                              detail::HandlerTableRef::Times times) {
  HandlerId id = 0;
  change([&](ClientHandlers& handlers) {
    // A handler of an event may end the client: the remaining handlers must not run then.
    id = handlers.events.add(
        std::move(event),
        [this, handler = std::move(handler)](detail::Invocation& call) {
          if (!ended_) handler(call);
        },
        times);
  });
  return id;
}

void SocketHandlers::report(std::string_view event, std::string_view message,
                            const std::exception_ptr& exception) noexcept {
  const GateLock lock(*gate_);
  HandlerError error{{}, {}, exception};
  try {
    error.event = event;
    error.message =
        exception ? message_of(exception, "an exception of an unknown type") : std::string(message);
  } catch (...) {
    // No memory for the text: the exception has to suffice.
    error.message.clear();
  }
  handlers_.error.for_each([&](auto& handler) {
    if (ended_) return;
    try {
      handler(error);
    } catch (...) {
      // There is nobody left to notify.
      return;
    }
  });
}

}  // namespace socketio::core
