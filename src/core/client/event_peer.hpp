// SPDX-License-Identifier: MIT
// ClientEventPeer: acknowledges the events of a client's socket, at once or later. An
// acknowledgement belongs to the connection on which the event arrived. After a reconnection it
// would acknowledge a different event, so it is dropped. Any thread.
#pragma once

#include "core/client/socket_state.hpp"
#include "core/event_peer.hpp"

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::core {

class ClientEventPeer final : public EventPeer {
 public:
  ClientEventPeer(std::weak_ptr<ClientSocketState> socket, std::uint64_t connection)
      : socket_(std::move(socket)), connection_(connection) {}

  void answer(std::uint64_t ack_id, detail::OutgoingEvent& arguments) override {
    if (const auto socket = socket_.lock()) socket->acknowledge(connection_, ack_id, arguments);
  }
  std::shared_ptr<detail::TaskLoop> task_loop() override {
    const auto socket = socket_.lock();
    return socket ? socket->task_loop() : nullptr;
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

}  // namespace socketio::core
