// SPDX-License-Identifier: MIT
// ClientProtocol: what a client speaks over its loop and connector, as the thread that runs it sees
// it: Socket.IO (Manager) or plain Engine.IO (EngineConnection).
//
// Life cycle: made with the loop -> end() -> drop(). Thread: loop, inside the gate, except where
// stated otherwise.
#pragma once

#include "engine/client/options.hpp"

#include <socketio/task.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <string_view>

namespace socketio::core {

class ClientProtocol {
 public:
  virtual ~ClientProtocol() = default;

  // --- Any thread ---

  virtual void connect() = 0;
  /// Leaves in good order, and does not connect again by itself.
  virtual void leave() = 0;
  virtual void set_query(engine::NamedValues query) = 0;
  virtual void set_extra_headers(engine::NamedValues headers) = 0;
  /// A handler of the client itself threw: notifies the error hook.
  virtual void report(const std::exception_ptr& exception, std::string_view event) noexcept = 0;
  /// From now on nothing is sent and no user code is called; handlers are released.
  virtual void close_now() = 0;

  // --- Loop ---

  /// Sends what can be sent at once; then calls close_now(). drop() must follow.
  virtual void end() = 0;
  /// Closes the connections that end() left flushing.
  virtual void drop() = 0;
  /// The hook is called when the last connection has closed and no other is to follow.
  virtual void set_idle_hook(std::function<void()> hook) = 0;
  /// What the coroutines of its handlers belong to.
  virtual void set_task_loop(std::shared_ptr<detail::TaskLoop> loop) = 0;
};

}  // namespace socketio::core
