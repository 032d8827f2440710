// SPDX-License-Identifier: MIT
// DirectConnector: reaches an endpoint by TCP or by a UNIX socket, with TLS if the endpoint asks for
// it.
//
// Life cycle: owns the streams that it has opened until they are closed. Destroying it closes
// them, in the loop's current turn, unless its user owns them; no attempt may be underway then. TLS settings that cannot be
// used fail each attempt that needs them. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "net/asio_loop.hpp"
#include "net/tcp_connector.hpp"
#include "net/tls_context.hpp"
#include "net/tls_settings.hpp"

#include <memory>

namespace socketio::net {

class DirectConnector final : public Connector {
 public:
  DirectConnector(std::shared_ptr<AsioLoop> loop, TlsSettings tls);
  /// The streams are `owners`, who closes them at last: so they may outlive the connector, to send
  /// what was written.
  DirectConnector(std::shared_ptr<AsioLoop> loop, TlsSettings tls,
                  std::shared_ptr<OpenStreams> owners);
  ~DirectConnector() override;

  /// Reads the files that the settings name, unless that is done. Returns what is wrong with them,
  /// or no code.
  ConnectFailure prepare_tls();
  /// For connections to which another connector adds TLS; null before prepare_tls().
  const std::shared_ptr<TlsContext>& tls() const { return tls_; }

  std::unique_ptr<Attempt> connect(const Endpoint& endpoint, Done done) override;

 private:
  class Path;

  std::unique_ptr<Attempt> connect_plainly(const Endpoint& endpoint, Done done);
  std::unique_ptr<Attempt> connect_file(const Endpoint& endpoint, Done done);

  const std::shared_ptr<AsioLoop> loop_;
  const TlsSettings tls_settings_;
  // Made when it is first needed, because it reads files.
  std::shared_ptr<TlsContext> tls_;
  ConnectFailure tls_failure_;
  // Null if the streams are its user's.
  std::shared_ptr<OpenStreams> own_streams_;
  const std::shared_ptr<OpenStreams> open_streams_;
  TcpConnector tcp_;
};

}  // namespace socketio::net
