// SPDX-License-Identifier: MIT
// Gate: between a client's loop and everybody else. The loop holds it while it is inside Manager
// and its sockets, and so whenever user code runs; who registers handlers or ends the client holds
// it too. So handlers run one at a time, and none runs once the client has ended.
//
// Life cycle: shared by the client and every handle to its sockets; closed before the loop ends.
// Any thread, but for enter() and leave().
#pragma once

#include "base/loop.hpp"

#include <utility>

namespace socketio::core {

class Gate {
 public:
  virtual ~Gate() = default;

  /// Recursive: a handler may register handlers, or end the client.
  virtual void lock() = 0;
  virtual void unlock() = 0;

  /// lock() and unlock() for the loop's thread, which is inside from then on.
  virtual void enter() = 0;
  virtual void leave() = 0;
  /// This thread may act on the loop's objects at once: it is in user code that the loop called,
  /// and nothing that was posted before still waits.
  virtual bool is_inside() const = 0;

  /// Runs `task` on the loop, inside. False, and the task is gone, once the gate has closed.
  virtual bool post(Loop::Task task) = 0;
  /// The same for what ends something: it does not wait behind packets that have been read already.
  virtual bool post_urgent(Loop::Task task) { return post(std::move(task)); }
};

/// Keeps the loop and other threads out.
class GateLock {
 public:
  explicit GateLock(Gate& gate) : gate_(gate) { gate_.lock(); }
  ~GateLock() { gate_.unlock(); }
  GateLock(const GateLock&) = delete;
  GateLock& operator=(const GateLock&) = delete;

 private:
  Gate& gate_;
};

/// The loop's thread is inside.
class GateEntry {
 public:
  explicit GateEntry(Gate& gate) : gate_(gate) { gate_.enter(); }
  ~GateEntry() { gate_.leave(); }
  GateEntry(const GateEntry&) = delete;
  GateEntry& operator=(const GateEntry&) = delete;

 private:
  Gate& gate_;
};

}  // namespace socketio::core
