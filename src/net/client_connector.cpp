// SPDX-License-Identifier: MIT
#include "net/client_connector.hpp"

#include <utility>

namespace socketio::net {

ClientConnector::ClientConnector(std::shared_ptr<AsioLoop> loop, ConnectorSettings settings)
    : loop_(std::move(loop)), settings_(std::move(settings)), tcp_(loop_) {}

ClientConnector::~ClientConnector() = default;

std::unique_ptr<Connector::Attempt> ClientConnector::connect(const Endpoint& endpoint, Done done) {
  return tcp_.connect(endpoint, std::move(done));
}

}  // namespace socketio::net
