// SPDX-License-Identifier: MIT
// ClientUserLoop: a client's loop as its Timers see it: "inside" means inside the gate.
#pragma once

#include "client/thread_gate.hpp"
#include "core/client/client_protocol.hpp"
#include "core/timers.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace socketio::client {

class ClientUserLoop final : public core::UserLoop {
 public:
  /// `protocol` keeps these timers: hence a weak pointer.
  ClientUserLoop(Loop& loop, std::shared_ptr<ThreadGate> gate,
                 std::weak_ptr<core::ClientProtocol> protocol)
      : loop_(loop), gate_(std::move(gate)), protocol_(std::move(protocol)) {}

  bool is_here() const override { return gate_->is_inside(); }
  void post(Loop::Task task) override { gate_->post(std::move(task)); }
  Loop& loop() override { return loop_; }
  void enter(const std::function<void()>& work) override {
    const core::GateEntry entry(*gate_);
    work();
  }
  void report(const char* what, const std::exception_ptr& thrown) noexcept override {
    if (const auto protocol = protocol_.lock()) protocol->report(thrown, what);
  }
  void end() noexcept override { gate_->close(); }

 private:
  Loop& loop_;
  const std::shared_ptr<ThreadGate> gate_;
  const std::weak_ptr<core::ClientProtocol> protocol_;
};

}  // namespace socketio::client
