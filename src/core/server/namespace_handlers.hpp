// SPDX-License-Identifier: MIT
// NamespaceHandlers: everything that is registered on a namespace for each of its sockets, and how
// errors of handlers are reported. It is separate from the namespace so that a parent and its children
// can share it.
//
// Loop's thread only: each loop of a server has its own, with the same in it (NodeGroup).
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
  detail::HandlerList<detail::ConnectionHandler> connection;
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
