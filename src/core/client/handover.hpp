// SPDX-License-Identifier: MIT
// Handover: passes work and events for one socket from other threads to the loop. The bytes of an
// event count from the call on.
//
// Invariant: posted_bytes_ is the size of the events that are reserved and have not reached the
// loop. Work from one thread keeps its order. It runs inside the gate and contained, or not at all.
//
// Life cycle: one per socket; does nothing once the gate has closed. Any thread.
#pragma once

#include "base/contain.hpp"
#include "base/loop.hpp"
#include "core/client/connection_status.hpp"
#include "core/client/gate.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

namespace socketio::core {

class Handover {
 public:
  struct Limits {
    // For events that wait until there is a connection.
    std::size_t buffer_bytes = 0;
    // For events that wait until the server reads them.
    std::size_t connection_bytes = 0;
  };

  Handover(std::shared_ptr<Gate> gate, std::shared_ptr<const ConnectionStatus> status,
           const Limits& limits)
      : gate_(std::move(gate)), status_(std::move(status)), limits_(limits) {}

  Gate& gate() const { return *gate_; }
  const std::shared_ptr<Gate>& shared_gate() const { return gate_; }
  const ConnectionStatus& status() const { return *status_; }
  /// See Gate::is_inside().
  bool is_inside() const { return gate_->is_inside(); }

  /// Runs `work(Owner&)` on the loop. False once the gate has closed. contain() says what
  /// Owner needs.
  template <class Owner, class Work>
  bool post(std::shared_ptr<Owner> owner, Work work) {
    return gate_->post(contained(std::move(owner), std::move(work)));
  }
  /// The same, but before the next packet that has already been read.
  template <class Owner, class Work>
  bool post_urgent(std::shared_ptr<Owner> owner, Work work) {
    return gate_->post_urgent(contained(std::move(owner), std::move(work)));
  }

  /// Counts an event that is to wait in the buffer, which already has `kept_bytes`. False if there
  /// is no room for it.
  bool reserve_in_buffer(std::size_t bytes, std::size_t kept_bytes);
  /// The same for an event that goes to the connection.
  bool reserve_on_connection(std::size_t bytes);
  /// post() for an event that has been reserved.
  template <class Owner, class Work>
  bool post_reserved(std::size_t bytes, std::shared_ptr<Owner> owner, Work work) {
    try {
      return post(std::move(owner), [this, bytes, work = std::move(work)](Owner& self) mutable {
        posted_bytes_.fetch_sub(bytes);
        work(self);
      });
    } catch (...) {
      posted_bytes_.fetch_sub(bytes);
      throw;
    }
  }
  /// Runs `count(Owner&)`, which updates the status, on the loop, unless such a call is already
  /// posted. It is needed because a connection reports only when the server has read everything.
  template <class Owner, class Count>
  void post_count(std::shared_ptr<Owner> owner, Count count) {
    if (counting_.exchange(true)) return;
    try {
      post(std::move(owner), [this, count = std::move(count)](Owner& self) {
        counting_ = false;
        count(self);
      });
    } catch (...) {
      counting_ = false;
      throw;
    }
  }

 private:
  template <class Owner, class Work>
  Loop::Task contained(std::shared_ptr<Owner> owner, Work work) {
    return [owner = std::move(owner), work = std::move(work)]() mutable {
      contain(*owner, [&] { work(*owner); });
    };
  }

  const std::shared_ptr<Gate> gate_;
  const std::shared_ptr<const ConnectionStatus> status_;
  const Limits limits_;
  std::atomic<std::size_t> posted_bytes_ = 0;
  std::atomic<bool> counting_ = false;
};

}  // namespace socketio::core
