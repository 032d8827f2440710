// SPDX-License-Identifier: MIT
// Gate: the lock between a client's loop and all other threads. The loop holds it while it is
// inside Manager and its sockets, and so whenever user code runs. A thread that registers handlers
// or ends the client holds it as well. Therefore handlers run one at a time, and none runs after
// the client has ended.
//
// Life cycle: shared by the client and every handle to its sockets; closed before the loop ends.
// Any thread, except enter() and leave().
#pragma once

#include "base/loop.hpp"

#include <utility>

namespace socketio::core {

class Gate {
 public:
  virtual ~Gate() = default;

  /// Recursive, because a handler may register handlers or end the client.
  virtual void lock() = 0;
  virtual void unlock() = 0;

  /// The same for the loop's thread, which counts as inside between the two calls.
  virtual void enter() = 0;
  virtual void leave() = 0;
  /// True if this thread may act on the loop's objects at once: the loop has called the user code
  /// that it runs, and no task that was posted earlier is still waiting.
  virtual bool is_inside() const = 0;

  /// Runs `task` on the loop, inside the gate. If the gate has closed, returns false and
  /// drops the task.
  virtual bool post(Loop::Task task) = 0;
  /// The same for a task that ends something: it does not wait behind packets that have been read.
  virtual bool post_urgent(Loop::Task task) { return post(std::move(task)); }
};

/// Holds the gate on behalf of any thread.
class GateLock {
 public:
  explicit GateLock(Gate& gate) : gate_(gate) { gate_.lock(); }
  ~GateLock() { gate_.unlock(); }
  GateLock(const GateLock&) = delete;
  GateLock& operator=(const GateLock&) = delete;

 private:
  Gate& gate_;
};

/// Holds the gate on behalf of the loop's thread.
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
