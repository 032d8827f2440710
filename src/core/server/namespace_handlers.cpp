// SPDX-License-Identifier: MIT
#include "core/server/namespace_handlers.hpp"

#include "base/log.hpp"
#include "core/event_text.hpp"

namespace socketio::core {

void NamespaceHandlers::report(Socket& socket, std::string_view event,
                               const std::exception_ptr& thrown) const noexcept {
  HandlerError what{{}, {}, thrown};
  try {
    what.event = event;
    what.message = message_of(thrown, "unknown exception");
  } catch (...) {
    // No memory for the text: the exception has to suffice.
    what.message.clear();
  }
  report(socket, what);
}

void NamespaceHandlers::report(Socket& socket, const HandlerError& what) const noexcept {
  log_line(LogScope::core, LogLevel::error, {"handler of \"", what.event, "\": ", what.message});
  // A copy, because the hook may be replaced while it runs.
  const auto hook = error;
  if (!hook) return;
  try {
    (*hook)(socket, what);
  } catch (...) {
    // The hook itself failed: there is nobody left to notify.
    return;
  }
}

}  // namespace socketio::core
