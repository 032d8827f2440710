// SPDX-License-Identifier: MIT
// WorkerUserLoop: a worker's loop as its Timers see it. Their handles may outlive the loop.
#pragma once

#include "core/server/namespace_state.hpp"
#include "core/timers.hpp"
#include "net/asio_loop.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace socketio::server {

class WorkerUserLoop final : public core::UserLoop {
 public:
  /// Reports go to the error hook of `main`, which keeps these timers: hence a weak pointer.
  WorkerUserLoop(net::AsioLoop& loop, std::weak_ptr<core::NamespaceState> main)
      : main_(std::move(main)), loop_(&loop) {}

  bool is_here() const override {
    const std::lock_guard lock(mutex_);
    return loop_ != nullptr && loop_->is_current();
  }
  void post(Loop::Task task) override {
    // If posting fails, the task is destroyed after the lock is released: its destructor may use this.
    const auto kept = std::make_shared<const Loop::Task>(std::move(task));
    const std::lock_guard lock(mutex_);
    if (loop_ != nullptr) loop_->post([kept] { (*kept)(); });
  }
  Loop& loop() override { return *loop_; }
  void enter(const std::function<void()>& work) override { work(); }
  void report(const char* what, const std::exception_ptr& thrown) noexcept override {
    Socket nobody;
    if (const auto main = main_.lock()) main->report(nobody, what, thrown);
  }
  void end() noexcept override {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  const std::weak_ptr<core::NamespaceState> main_;
  mutable std::mutex mutex_;
  net::AsioLoop* loop_;
};

}  // namespace socketio::server
