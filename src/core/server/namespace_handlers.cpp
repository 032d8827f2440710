// SPDX-License-Identifier: MIT
#include "core/server/namespace_handlers.hpp"

#include "core/event_text.hpp"

namespace socketio::core {

void NamespaceHandlers::report(Socket& socket, std::string_view event,
                               const std::exception_ptr& thrown) const noexcept {
  HandlerError what{{}, {}, thrown};
  try {
    what.event = event;
    what.message = message_of(thrown, "unknown exception");
  } catch (...) {
    what.message.clear();  // no memory for the words: the exception has to do
  }
  report(socket, what);
}

void NamespaceHandlers::report(Socket& socket, const HandlerError& what) const noexcept {
  const auto hook = error;  // it may be replaced while it runs
  if (!hook) return;
  try {
    (*hook)(socket, what);
  } catch (...) {
    return;  // the hook itself failed: there is nobody left to tell
  }
}

}  // namespace socketio::core
