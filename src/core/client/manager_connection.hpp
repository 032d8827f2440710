// SPDX-License-Identifier: MIT
// Manager::Connection: receives the events of one session for as long as the session lives. Only
// those of the latest session reach the manager. Loop's thread; enters the gate.
#pragma once

#include "base/contain.hpp"
#include "core/client/manager.hpp"

#include <memory>
#include <string_view>

namespace socketio::core {

class Manager::Connection final : public engine::ClientSessionHandler,
                                  public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(Manager& manager) : manager_(manager) {}

  std::shared_ptr<engine::ClientSession> session;
  // The session has closed.
  bool is_closed = false;
  // No reconnection follows.
  bool is_unwanted = false;
  // Set by Manager::heartbeat_expired().
  bool is_expiring = false;

  void on_open(const engineio::Handshake&) override {
    inside([this] {
      note_transport(session->transport_name());
      manager_.on_open();
    });
  }
  void on_text(std::string_view message) override {
    inside([&] { manager_.on_message(manager_.packets_.add_text(message)); });
  }
  void on_binary(std::string_view message) override {
    inside([&] { manager_.on_message(manager_.packets_.add_binary(message)); });
  }
  void on_ping() override {
    inside([this] { manager_.notify(manager_.events_.ping); });
  }
  void on_upgrade(engine::TransportName name) override {
    inside([&] { note_transport(name); });
  }
  void on_drain() override {
    inside([this] { manager_.count_queued_bytes(); });
  }
  void on_separated() override {
    inside([this] { manager_.on_separated(); });
  }
  void on_close(DisconnectReason reason, const engine::Failure& failure) override {
    const auto manager = manager_.shared_from_this();
    const GateEntry entry(*manager->gate_);
    is_closed = true;
    const auto self = shared_from_this();
    contain(*manager, [&] {
      if (!manager->is_current(*self)) return manager->forget(*self);
      if (!manager->ended()) manager->on_session_close(reason, failure);
    });
  }

 private:
  template <class Use>
  void inside(Use use) {
    const auto manager = manager_.shared_from_this();
    const GateEntry entry(*manager->gate_);
    // The call may replace this connection.
    const auto self = shared_from_this();
    if (manager->is_current(*self) && !manager->ended()) use();
  }

  void note_transport(engine::TransportName name) {
    manager_.status_->carried_by =
        name == engine::TransportName::polling ? CarriedBy::polling : CarriedBy::websocket;
  }

  Manager& manager_;
};

}  // namespace socketio::core
