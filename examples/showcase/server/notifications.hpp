// SPDX-License-Identifier: MIT
// Somebody else's program changes an order by HTTP, and whoever placed it is told at once.
//
// Construct it before the server runs; it must outlive the server's run. Handlers run on the loops of
// their sockets, at the same time where there are several.
#pragma once

#include "order_store.hpp"

#include <socketio/server.hpp>

namespace showcase {

class Notifications {
 public:
  Notifications(socketio::Server& io, Database& database);

 private:
  socketio::json on_authenticate(socketio::Socket& socket, const socketio::json& user);
  socketio::HttpResponse list(const socketio::HttpRequest& request);
  socketio::HttpResponse place(const socketio::HttpRequest& request);
  socketio::HttpResponse change_status(const socketio::HttpRequest& request);

  socketio::Server& io_;
  Database& database_;
  OrderStore orders_;
};

}  // namespace showcase
