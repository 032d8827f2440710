// SPDX-License-Identifier: MIT
// Runs a chain of middlewares. Each may continue at once, later, or from another thread.
// Middlewares that are registered after the start do not run. Used for connections and for packets.
#pragma once

#include "core/server/namespace_state.hpp"

#include <socketio/socket.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace socketio::core {

template <class Middleware>
class MiddlewareChain : public std::enable_shared_from_this<MiddlewareChain<Middleware>> {
 public:
  /// Calls one middleware with its Next.
  using Call = std::function<void(Middleware&, Next)>;
  /// Called on the loop at the end of the chain, at most once, with nothing or the reason
  /// of a refusal.
  using Done = std::function<void(const std::optional<MiddlewareError>&)>;

  MiddlewareChain(std::shared_ptr<NamespaceState> nsp,
                  std::vector<std::shared_ptr<Middleware>> chain, Call call, Done done)
      : nsp_(std::move(nsp)),
        chain_(std::move(chain)),
        call_(std::move(call)),
        done_(std::move(done)) {}

  void run() { step(0); }

 private:
  void step(std::size_t index) {
    if (index == chain_.size()) return finish(std::nullopt);
    auto called = std::make_shared<std::atomic_flag>();
    Next next(
        [self = this->shared_from_this(), index, called](std::optional<MiddlewareError> error) {
          if (called->test_and_set()) return;
          if (self->nsp_->loop().is_current()) return self->go_on(index, error);
          self->nsp_->loop().post(
              [self, index, error = std::move(error)] { self->go_on(index, error); });
        });
    call_(*chain_[index], std::move(next));
  }

  void go_on(std::size_t index, const std::optional<MiddlewareError>& error) {
    error ? finish(error) : step(index + 1);
  }

  void finish(const std::optional<MiddlewareError>& error) {
    if (const auto done = std::exchange(done_, nullptr)) done(error);
  }

  // Its loop may end while somebody still keeps a Next.
  std::shared_ptr<NamespaceState> nsp_;
  std::vector<std::shared_ptr<Middleware>> chain_;
  Call call_;
  Done done_;
};

}  // namespace socketio::core
