// SPDX-License-Identifier: MIT
// ClientCall: one event of a client's socket while its handlers run, and ConnectionPeer: what
// answers it, now or later. An acknowledgement belongs to the connection that brought the event:
// given after a reconnection it would answer another event, so it goes nowhere.
#pragma once

#include "core/client/socket_state.hpp"
#include "core/event_call.hpp"

#include <socketio/client_socket.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::core {

class ConnectionPeer final : public EventPeer {
 public:
  ConnectionPeer(std::weak_ptr<ClientSocketState> socket, std::uint64_t connection)
      : socket_(std::move(socket)), connection_(connection) {}

  void answer(std::uint64_t ack_id, detail::OutgoingEvent& arguments) override {
    if (const auto socket = socket_.lock()) socket->answer(connection_, ack_id, arguments);
  }
  void report(std::string_view event, std::exception_ptr exception) override {
    if (const auto socket = socket_.lock()) socket->report_thrown(event, exception);
  }
  void report(std::string_view event, std::string message) override {
    if (const auto socket = socket_.lock()) socket->report(event, std::move(message), nullptr);
  }

 private:
  std::weak_ptr<ClientSocketState> socket_;
  std::uint64_t connection_;
};

class ClientCall final : public EventCall {
 public:
  ClientCall(std::shared_ptr<ClientSocketState> socket, std::shared_ptr<ConnectionPeer> peer,
             std::string_view event, const parser::Packet& packet, const ValueArray& arguments)
      : EventCall(*peer, event, packet, arguments),
        handle_(std::move(socket)),
        shared_peer_(std::move(peer)) {}
  ClientSocket& client_socket() override { return handle_; }
  std::shared_ptr<EventPeer> peer() override { return shared_peer_; }

 private:
  ClientSocket handle_;
  std::shared_ptr<ConnectionPeer> shared_peer_;
};

}  // namespace socketio::core
