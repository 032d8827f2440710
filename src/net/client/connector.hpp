// SPDX-License-Identifier: MIT
// ClientConnector: how a client reaches its server: directly, or through a proxy if one is set.
//
// Life cycle: destroying it closes what it has opened, in the loop's current turn; no attempt may
// be underway then. An invalid setting fails each attempt that needs it. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "net/asio_loop.hpp"
#include "net/client/proxy_tunnel.hpp"
#include "net/direct_connector.hpp"
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

  /// Reads the files that the settings name, as connect() does. Returns what is wrong with
  /// them, or no code.
  ConnectFailure prepare(bool secure);
  std::unique_ptr<Attempt> connect(const Endpoint& endpoint, Done done) override;

 private:
  class Path;

  std::shared_ptr<AsioLoop> loop_;
  const std::string proxy_url_;
  std::optional<Proxy> proxy_;
  DirectConnector direct_;
};

}  // namespace socketio::net
