// SPDX-License-Identifier: MIT
// What a client's options mean to the layers below.
#pragma once

#include "client/url.hpp"
#include "core/client/manager.hpp"
#include "net/client/connector.hpp"

#include <socketio/client_options.hpp>

namespace socketio::client {

/// `own`, and of the URL's query what it does not name.
engine::NamedValues query_with(const Url& url, engine::NamedValues own);
/// Throws std::invalid_argument for one that HTTP cannot carry.
engine::NamedValues checked_headers(engine::NamedValues headers);

/// Throws std::invalid_argument for a transport that there is not, and for such headers.
core::ManagerOptions manager_options(const Url& url, const ClientOptions& options);
net::ConnectorSettings connector_settings(const ClientOptions& options);
/// What a socket is made with unless the application says otherwise.
SocketOptions socket_options(const ClientOptions& options);

}  // namespace socketio::client
