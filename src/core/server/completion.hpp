// SPDX-License-Identifier: MIT
// Completion: completes, on the loop, a request to a namespace's sockets or to one of them. Any
// thread, except report().
#pragma once

#include "core/server/namespace_state.hpp"
#include "core/server/socket_state.hpp"

#include <socketio/pending.hpp>
#include <socketio/socket.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace socketio::core {

class Completion final : public detail::CompletionLoop {
 public:
  /// The socket may keep the request as its data, so it is held weakly here.
  explicit Completion(std::shared_ptr<NamespaceState> nsp, std::weak_ptr<SocketState> socket = {})
      : nsp_(std::move(nsp)), socket_(std::move(socket)) {}

  bool is_here() const override { return nsp_->loop().is_current(); }
  void post(std::function<void()> task) override { nsp_->loop().post(std::move(task)); }
  void report(const std::exception_ptr& thrown) override {
    Socket socket(socket_.lock());
    nsp_->report(socket, "acknowledgement", thrown);
  }

 private:
  const std::shared_ptr<NamespaceState> nsp_;
  const std::weak_ptr<SocketState> socket_;
};

}  // namespace socketio::core
