// SPDX-License-Identifier: MIT
// NamespaceHandlers: all that is registered on a namespace for each of its sockets, and how what
// goes wrong is reported. Apart from the namespace, so that several may have the same: a parent and
// its children, and the loops of one server.
//
// Threads: without a lock. Every loop whose namespace has it reads it, whenever a packet comes or
// goes. It may be written to, which is to register or take off a handler, by the loop that alone
// has it, or while none of them runs. An event's dispatch writes, too, if it has a handler that is
// for once: `events` takes that off.
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

  /// Calls the error hook, if there is one; one that fails has nobody left to tell.
  void report(Socket& socket, const HandlerError& what) const noexcept;
  /// The same for what was thrown.
  void report(Socket& socket, std::string_view event,
              const std::exception_ptr& thrown) const noexcept;
};

}  // namespace socketio::core
