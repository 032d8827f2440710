// SPDX-License-Identifier: MIT
// PollerBase: what the Pollers of all platforms share, namely calling those again who stopped
// reading before the socket was empty. Loop's thread.
#pragma once

#include "net/handler_memory.hpp"
#include "net/watched.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace socketio::net {

class PollerBase {
 public:
  PollerBase(const PollerBase&) = delete;
  PollerBase& operator=(const PollerBase&) = delete;

  /// Reports in the next turn that `watched` is readable.
  void call_again(Watched& watched);

 protected:
  /// `enter_turn` is called before the first socket of a batch.
  PollerBase(boost::asio::io_context& context, HandlerMemory& handler_memory,
             std::function<void()> enter_turn);
  ~PollerBase();

  /// Cancels call_again().
  void forget(Watched& watched);
  void stop_calls();

  boost::asio::io_context& context_;
  HandlerMemory& handler_memory_;
  const std::function<void()> enter_turn_;
  /// For handlers that Asio keeps: false once nobody is to be notified.
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);

 private:
  void call_waiting();

  std::vector<Watched*> again_;
  bool calls_planned_ = false;
};

}  // namespace socketio::net
