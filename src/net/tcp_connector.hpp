// SPDX-License-Identifier: MIT
// TcpConnector: opens TCP connections to a name or an address. Asio's resolver resolves names. The
// addresses of a name race, with the families alternating (Happy Eyeballs, RFC 8305), and the first
// one that answers wins.
//
// Life cycle: owns the streams that it has opened until they are closed. Destroying it closes
// them, in the loop's current turn, unless its user owns them. An Attempt may outlive it. Ignores Endpoint::secure. Loop's
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
  /// How long one address is tried before the next one is tried as well (RFC 8305 section 5).
  static constexpr std::chrono::milliseconds attempt_delay{250};
  /// The most addresses of one name that are tried.
  static constexpr std::size_t address_limit = 32;

  explicit TcpConnector(std::shared_ptr<AsioLoop> loop);
  /// The streams are `owners`, who closes them at last.
  TcpConnector(std::shared_ptr<AsioLoop> loop, std::shared_ptr<OpenStreams> owners);
  ~TcpConnector() override;

  std::unique_ptr<Attempt> connect(const Endpoint& endpoint, Done done) override;
  /// The same for a name whose addresses are known, in order of preference.
  std::unique_ptr<Attempt> connect_any(const Endpoint& endpoint,
                                       std::vector<boost::asio::ip::address> addresses, Done done);

 private:
  class Race;
  class Handle;

  std::shared_ptr<AsioLoop> loop_;
  // Null if the streams are its user's.
  const std::shared_ptr<OpenStreams> own_streams_;
  const std::shared_ptr<OpenStreams> open_streams_;
};

/// An endpoint in messages: "example.org port 443", "[::1] port 80", or the file of a UNIX socket.
std::string describe(const Endpoint& endpoint);

}  // namespace socketio::net
