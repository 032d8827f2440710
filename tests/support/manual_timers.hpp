// SPDX-License-Identifier: MIT
// ManualTimers: what a server or a client can do later, on a ManualLoop of a test: every(), after()
// and post() as theirs. `errors` has what the error hook would be told.
#pragma once

#include "core/event_text.hpp"
#include "core/timers.hpp"
#include "support/manual_loop.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {

class ManualUserLoop final : public core::UserLoop {
 public:
  ManualUserLoop(ManualLoop& loop, std::vector<std::string>& errors)
      : loop_(loop), errors_(errors) {}

  bool is_here() const override { return !has_ended_ && loop_.is_current(); }
  void post(Loop::Task task) override {
    if (!has_ended_) loop_.post(std::move(task));
  }
  Loop& loop() override { return loop_; }
  void enter(const std::function<void()>& work) override { work(); }
  void report(const char* what, const std::exception_ptr& thrown) noexcept override {
    errors_.push_back(what + (": " + core::message_of(thrown, "?")));
  }
  void end() noexcept override { has_ended_ = true; }

 private:
  ManualLoop& loop_;
  std::vector<std::string>& errors_;
  bool has_ended_ = false;
};

class ManualTimers final : public detail::RunsLater {
 public:
  explicit ManualTimers(ManualLoop& loop) : ManualTimers(loop, std::make_shared<Errors>()) {}
  ~ManualTimers() { end(); }
  ManualTimers(const ManualTimers&) = delete;
  ManualTimers& operator=(const ManualTimers&) = delete;

  const std::shared_ptr<core::Timers>& state() const { return state_; }
  const std::vector<std::string>& errors() const { return *errors_; }
  void end() { state_->drop(); }

 private:
  using Errors = std::vector<std::string>;

  ManualTimers(ManualLoop& loop, const std::shared_ptr<Errors>& errors)
      : ManualTimers(errors, std::make_shared<core::Timers>(
                                 std::make_unique<ManualUserLoop>(loop, *errors))) {}
  ManualTimers(std::shared_ptr<Errors> errors, const std::shared_ptr<core::Timers>& state)
      : RunsLater(state), errors_(std::move(errors)), state_(state) {}

  const std::shared_ptr<Errors> errors_;
  const std::shared_ptr<core::Timers> state_;
};

}  // namespace socketio::support
