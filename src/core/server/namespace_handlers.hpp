// SPDX-License-Identifier: MIT
// NamespaceHandlers: everything that is registered on a namespace for each of its sockets, and how
// errors of handlers are reported. It is separate from the namespace so that several namespaces can
// share it: a parent and its children, and those of a server's loops.
//
// Threads: there is no lock. Every loop whose namespace uses it reads it, whenever a packet arrives
// or leaves. Registering or removing a handler writes to it: only a loop that has it alone may do
// so, or anyone while none of the loops runs. Dispatching an event also writes if the event
// has a handler that runs once, because `events` removes that handler.
#pragma once

#include "core/handler_table.hpp"

#include <socketio/socket.hpp>

#include <exception>
#include <memory>
#include <string_view>
#include <vector>

namespace socketio::core {

struct NamespaceHandlers : Handlers {
  std::vector<std::shared_ptr<detail::ConnectionMiddleware>> middlewares;
  std::vector<std::shared_ptr<detail::ConnectionHandler>> connection;
  std::shared_ptr<const detail::ErrorHook> error;
  /// For events of other servers.
  detail::HandlerTable server_side;

  /// Calls the error hook, if there is one. If the hook fails, there is nobody left to notify.
  void report(Socket& socket, const HandlerError& what) const noexcept;
  /// The same for an exception.
  void report(Socket& socket, std::string_view event,
              const std::exception_ptr& thrown) const noexcept;
};

}  // namespace socketio::core
