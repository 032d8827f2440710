// SPDX-License-Identifier: MIT
#include "net/poller_base.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace socketio::net {

PollerBase::PollerBase(boost::asio::io_context& context, HandlerMemory& handler_memory,
                       std::function<void()> enter_turn)
    : context_(context), handler_memory_(handler_memory), enter_turn_(std::move(enter_turn)) {}

PollerBase::~PollerBase() { *alive_ = false; }

void PollerBase::call_again(Watched& watched) {
  if (std::find(again_.begin(), again_.end(), &watched) != again_.end()) return;
  again_.push_back(&watched);
  if (calls_planned_) return;
  boost::asio::post(context_, kept_in(handler_memory_, [this, alive = alive_] {
                      if (*alive) call_waiting();
                    }));
  calls_planned_ = true;
}

void PollerBase::call_waiting() {
  calls_planned_ = false;
  if (again_.empty()) return;
  enter_turn_();
  // Each call may remove any entry from the list, or ask to be called again.
  for (std::size_t left = again_.size(); left > 0 && !again_.empty(); --left) {
    Watched* const watched = again_.front();
    again_.erase(again_.begin());
    watched->on_ready({.readable = true});
  }
}

void PollerBase::forget(Watched& watched) {
  again_.erase(std::remove(again_.begin(), again_.end(), &watched), again_.end());
}

void PollerBase::stop_calls() {
  *alive_ = false;
  again_.clear();
}

}  // namespace socketio::net
