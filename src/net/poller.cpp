// SPDX-License-Identifier: MIT
#include "net/poller.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace socketio::net {

namespace asio = boost::asio;

Poller::Poller(asio::io_context& context, HandlerMemory& handler_memory,
               std::function<void()> enter_turn)
    : context_(context),
      handler_memory_(handler_memory),
      enter_turn_(std::move(enter_turn)),
      epoll_(context) {
  const int descriptor = epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  epoll_.assign(descriptor);
}

Poller::~Poller() { *alive_ = false; }

bool Poller::add(int descriptor, Watched& watched) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &watched;
  if (epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) != 0) return false;
  // Waiting begins with the first connection, so that an idle server does not keep an io_context
  // from ending.
  ++watched_count_;
  wait();
  return true;
}

void Poller::remove(int descriptor, Watched& watched) {
  epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, descriptor, nullptr);
  for (epoll_event& event : batch_) {
    if (event.data.ptr == &watched) event.data.ptr = nullptr;
  }
  again_.erase(std::remove(again_.begin(), again_.end(), &watched), again_.end());
  if (--watched_count_ == 0) epoll_.cancel();
}

void Poller::call_again(Watched& watched) {
  if (std::find(again_.begin(), again_.end(), &watched) != again_.end()) return;
  again_.push_back(&watched);
  if (calls_planned_) return;
  asio::post(context_, kept_in(handler_memory_, [this, alive = alive_] {
               if (*alive) call_waiting();
             }));
  calls_planned_ = true;
}

void Poller::call_waiting() {
  calls_planned_ = false;
  if (again_.empty()) return;
  enter_turn_();
  // Each may take itself or others off the list, or ask again.
  for (std::size_t left = again_.size(); left > 0 && !again_.empty(); --left) {
    Watched* const watched = again_.front();
    again_.erase(again_.begin());
    watched->on_ready(EPOLLIN);
  }
}

void Poller::stop() {
  *alive_ = false;
  again_.clear();
  boost::system::error_code ignored;
  epoll_.close(ignored);
}

void Poller::wait() {
  if (waiting_) return;
  epoll_.async_wait(
      asio::posix::stream_descriptor::wait_read,
      kept_in(handler_memory_, [this, alive = alive_](const boost::system::error_code& error) {
        if (!*alive) return;
        waiting_ = false;
        if (!error) poll();
        if (*alive && watched_count_ != 0) wait();
      }));
  waiting_ = true;
}

void Poller::poll() {
  const int count =
      epoll_wait(epoll_.native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
  is_full_ = count == static_cast<int>(events_.size());
  if (count <= 0) return;
  enter_turn_();
  batch_ = std::span(events_).first(static_cast<std::size_t>(count));
  while (!batch_.empty()) {
    const epoll_event event = batch_.front();
    batch_ = batch_.subspan(1);
    if (event.data.ptr) static_cast<Watched*>(event.data.ptr)->on_ready(event.events);
  }
}

}  // namespace socketio::net
