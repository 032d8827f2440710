// SPDX-License-Identifier: MIT
// RequestState: one HTTP request for as long as anybody holds an HttpRequest of it, and whether its
// client still waits for the response.
//
// Life cycle: waiting -> answered, or closed when the client has gone; then it is only memory. Any
// thread, but for what says otherwise.
#pragma once

#include "codec/http/message.hpp"
#include "core/timers.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace socketio::detail {

class RequestState : public std::enable_shared_from_this<RequestState> {
 public:
  using Callback = std::function<void()>;

  /// Callbacks run as the timers' do; without timers on the spot.
  RequestState(http::Request request, std::shared_ptr<core::Timers> timers)
      : request_(std::move(request)), timers_(std::move(timers)) {}

  const http::Request& request() const { return request_; }
  bool closed() const;
  void on_close(Callback callback);

  /// Loop: the client has gone.
  void close();
  /// Loop: nobody asks any more whether it goes.
  void set_answered();

 private:
  enum class Phase : std::uint8_t { waiting, answered, closed };

  void call(Callback callback) const;

  const http::Request request_;
  const std::shared_ptr<core::Timers> timers_;
  mutable std::mutex mutex_;
  Phase phase_ = Phase::waiting;
  std::vector<Callback> callbacks_;
};

}  // namespace socketio::detail
