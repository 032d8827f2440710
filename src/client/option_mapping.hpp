// SPDX-License-Identifier: MIT
// Translates a client's options for the layers below.
#pragma once

#include "client/url.hpp"
#include "core/client/manager.hpp"
#include "net/client/connector.hpp"

#include <socketio/client_options.hpp>

namespace socketio::client {

/// Returns `own`, plus the parameters of the URL's query that it does not contain.
engine::NamedValues query_with(const Url& url, engine::NamedValues own);
/// Throws std::invalid_argument for a header that HTTP cannot carry.
engine::NamedValues checked_headers(engine::NamedValues headers);

/// Throws std::invalid_argument for a transport that does not exist, and for such headers.
core::ManagerOptions manager_options(const Url& url, const ClientOptions& options);
net::ConnectorSettings connector_settings(const ClientOptions& options);
/// The options of a socket for which the application gives none.
SocketOptions socket_options(const ClientOptions& options);

}  // namespace socketio::client
