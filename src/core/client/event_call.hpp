// SPDX-License-Identifier: MIT
// ClientEventCall: an event that a client's socket has received, while its handlers run.
#pragma once

#include "core/client/event_peer.hpp"
#include "core/event_call.hpp"

#include <socketio/client_socket.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace socketio::core {

class ClientEventCall final : public EventCall {
 public:
  ClientEventCall(std::shared_ptr<ClientSocketState> socket, std::shared_ptr<ClientEventPeer> peer,
                  std::string_view event, const parser::Packet& packet, const ValueArray& arguments)
      : EventCall(*peer, event, packet, arguments),
        handle_(std::move(socket)),
        shared_peer_(std::move(peer)) {}
  ClientSocket& client_socket() override { return handle_; }
  std::shared_ptr<EventPeer> peer() override { return shared_peer_; }

 private:
  ClientSocket handle_;
  std::shared_ptr<ClientEventPeer> shared_peer_;
};

}  // namespace socketio::core
