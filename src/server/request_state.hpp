// SPDX-License-Identifier: MIT
// RequestState: one HTTP request, kept as long as an HttpRequest refers to it, and whether its client
// still waits for the response.
//
// Life cycle: waiting -> answered, or closed if the client is gone; after that it only keeps the
// request. Any thread, except where noted.
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

  /// Callbacks run like those of timers, or at once if there are no timers.
  RequestState(http::Request request, std::shared_ptr<core::Timers> timers)
      : request_(std::move(request)), timers_(std::move(timers)) {}

  const http::Request& request() const { return request_; }
  bool closed() const;
  void on_close(Callback callback);

  /// The client is gone. Loop.
  void close();
  /// Drops the callbacks that wait for the client's end. Loop.
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
