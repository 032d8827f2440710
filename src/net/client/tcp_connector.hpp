// SPDX-License-Identifier: MIT
// TcpConnector: opens TCP connections to a name or an address. A name is resolved by Asio's
// resolver; its addresses race, the families taking turns (Happy Eyeballs, RFC 8305), and the first
// that answers wins.
//
// Life cycle: owns the streams that it opened until they are closed; destroying it closes them, in
// the loop's current turn. An Attempt may outlive it. Endpoint::secure is not looked at. Loop's
// thread only.
#pragma once

#include "base/connector.hpp"
#include "net/asio_loop.hpp"
#include "net/tcp_stream.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace socketio::net {

class TcpConnector final : public Connector {
 public:
  /// How long an address has until the next one is tried beside it (RFC 8305 section 5).
  static constexpr std::chrono::milliseconds attempt_delay{250};
  /// Addresses of one name that are tried.
  static constexpr std::size_t address_limit = 32;

  explicit TcpConnector(std::shared_ptr<AsioLoop> loop);
  ~TcpConnector() override;

  std::unique_ptr<Attempt> connect(const Endpoint& endpoint, Done done) override;
  /// The same for a name whose addresses are known, in the order of preference.
  std::unique_ptr<Attempt> connect_any(const Endpoint& endpoint,
                                       std::vector<boost::asio::ip::address> addresses, Done done);

 private:
  class Race;
  class Handle;

  std::shared_ptr<AsioLoop> loop_;
  std::shared_ptr<OpenStreams> open_streams_ = std::make_shared<OpenStreams>();
};

/// "example.org port 443", "[::1] port 80": an endpoint in messages.
std::string describe(const Endpoint& endpoint);

}  // namespace socketio::net
