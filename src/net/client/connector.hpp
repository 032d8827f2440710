// SPDX-License-Identifier: MIT
// ClientConnector: how a client reaches its server: TCP, through a proxy if one is set, and TLS if
// the endpoint asks for it.
//
// Life cycle: destroying it closes what it opened, in the loop's current turn; no attempt may
// be underway then. What is wrong in the settings fails each attempt that needs it. Loop's
// thread only.
#pragma once

#include "base/connector.hpp"
#include "net/asio_loop.hpp"
#include "net/client/proxy_tunnel.hpp"
#include "net/client/tcp_connector.hpp"
#include "net/tls_context.hpp"
#include "net/tls_settings.hpp"

#include <memory>
#include <optional>
#include <string>

namespace socketio::net {

struct ConnectorSettings {
  std::string proxy{};  // "http://[user:password@]host:port", or empty
  TlsSettings tls{};
};

class ClientConnector final : public Connector {
 public:
  ClientConnector(std::shared_ptr<AsioLoop> loop, ConnectorSettings settings);
  ~ClientConnector() override;

  /// Reads what the settings name, which connect() does too; what is wrong with them, or no code.
  ConnectFailure prepare(bool secure);
  std::unique_ptr<Attempt> connect(const Endpoint& endpoint, Done done) override;

 private:
  class Path;

  std::shared_ptr<AsioLoop> loop_;
  ConnectorSettings settings_;
  std::optional<Proxy> proxy_;
  std::shared_ptr<TlsContext> tls_;  // made when it is first needed: it reads files
  ConnectFailure tls_failure_;
  TcpConnector tcp_;
};

}  // namespace socketio::net
