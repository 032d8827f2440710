// SPDX-License-Identifier: MIT
// SimulatedServer: the whole server above the I/O line, connected as server/server_state does it,
// on a simulated loop and network. Its namespaces are used through their public handles.
//
// Life cycle: made, given handlers, dialled. It and its clients must be gone before loop and
// network. Single thread.
#pragma once

#include "core/server/namespace_state.hpp"
#include "core/server/node.hpp"
#include "engine/server/session_server.hpp"
#include "server/http_connection.hpp"
#include "server/option_mapping.hpp"
#include "server/request_dispatcher.hpp"
#include "support/client_lanes.hpp"
#include "support/pipe.hpp"

#include <socketio/namespace.hpp>
#include <socketio/server.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace socketio::support {

class SimulatedServer {
 public:
  /// Namespaces have LocalAdapters unless `adapter` is given.
  explicit SimulatedServer(Network& network, ServerOptions options = {},
                           core::AdapterFactory adapter = {})
      : network_(network),
        node_(network.loop(), core_options(options, std::move(adapter))),
        engine_(network.loop(), server::engine_options(options),
                [this](const std::shared_ptr<engine::Session>& session) {
                  return node_.accept(session);
                }),
        dispatcher_(options, engine_, router_) {
    node_.of("/");
  }

  Namespace of(std::string_view name = "/") { return Namespace(node_.of(name)); }
  core::NamespaceState& state_of(std::string_view name = "/") { return *node_.of(name); }
  engine::SessionServer& engine() { return engine_; }
  Router http() { return Router(router_); }

  /// Accepts a new connection; returns the client's end.
  std::shared_ptr<SimulatedStream> accept() {
    auto [client_end, server_end] = network_.connect();
    const auto connection = std::make_shared<server::HttpConnection>(dispatcher_);
    server_end->set_handler(connection);
    connection->attach(server_end);
    last_server_end_ = server_end;
    return client_end;
  }
  Dial dial() {
    return [this] { return accept(); };
  }
  /// The server's end of the latest connection.
  std::shared_ptr<SimulatedStream> last_server_end() const { return last_server_end_.lock(); }

  void close() {
    node_.close();
    engine_.close();
  }

 private:
  static core::Options core_options(const ServerOptions& options, core::AdapterFactory adapter) {
    core::Options core = server::core_options(options);
    core.adapter = std::move(adapter);
    return core;
  }

  Network& network_;
  core::Node node_;
  engine::SessionServer engine_;
  std::shared_ptr<server::RouterState> router_ = std::make_shared<server::RouterState>();
  server::RequestDispatcher dispatcher_;
  std::weak_ptr<SimulatedStream> last_server_end_;
};

}  // namespace socketio::support
