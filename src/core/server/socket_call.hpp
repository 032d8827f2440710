// SPDX-License-Identifier: MIT
// SocketCall: an event of a server's socket while its handlers run. Loop's thread only.
#pragma once

#include "core/event_call.hpp"
#include "core/server/socket_state.hpp"

#include <socketio/socket.hpp>

#include <memory>
#include <string_view>

namespace socketio::core {

class SocketCall final : public EventCall {
 public:
  SocketCall(SocketState& state, std::string_view event, const parser::Packet& packet,
             const ValueArray& arguments)
      : EventCall(state, event, packet, arguments),
        state_(state),
        handle_(state.shared_from_this()) {}
  Socket& socket() override { return handle_; }
  std::shared_ptr<EventPeer> peer() override { return state_.shared_from_this(); }

 private:
  SocketState& state_;
  Socket handle_;
};

}  // namespace socketio::core
