// SPDX-License-Identifier: MIT
#include "net/platform/poller.hpp"

#include <cerrno>
#include <cstdint>
#include <new>
#include <sys/socket.h>
#include <utility>

namespace socketio::net {

namespace asio = boost::asio;

namespace {

std::error_code latest_error() { return {errno, std::system_category()}; }

Ready ready_of(std::uint32_t events) {
  return {.readable = (events & EPOLLIN) != 0,
          .writable = (events & EPOLLOUT) != 0,
          .ended = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0};
}

}  // namespace

Poller::Poller(asio::io_context& context, HandlerMemory& handler_memory,
               std::function<void()> enter_turn)
    : PollerBase(context, handler_memory, std::move(enter_turn)), epoll_(context) {
  const int descriptor = epoll_create1(EPOLL_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  epoll_.assign(descriptor);
}

bool Poller::add(Socket& socket, Watched& watched) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &watched;
  if (epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket.descriptor(), &event) != 0) {
    return false;
  }
  // Waiting starts with the first connection, so that an idle server does not keep an
  // io_context running.
  try {
    wait();
  } catch (const std::bad_alloc&) {
    epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, socket.descriptor(), nullptr);
    return false;
  }
  ++watched_count_;
  return true;
}

void Poller::remove(Socket& socket, Watched& watched) {
  epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, socket.descriptor(), nullptr);
  if (&watched != notified_) {
    for (epoll_event& event : batch_) {
      if (event.data.ptr == &watched) event.data.ptr = nullptr;
    }
  }
  forget(watched);
  if (--watched_count_ == 0) epoll_.cancel();
}

std::error_code Poller::connect(Socket& socket, const asio::ip::tcp::endpoint& peer,
                                Watched& watched) {
  Socket opened(::socket(peer.data()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!opened.is_open()) return latest_error();
  const auto size = static_cast<socklen_t>(peer.size());
  if (::connect(opened.descriptor(), peer.data(), size) != 0 && errno != EINPROGRESS) {
    return latest_error();
  }
  if (!add(opened, watched)) return latest_error();
  socket = std::move(opened);
  return {};
}

void Poller::stop() {
  stop_calls();
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
  notified_ = nullptr;
  while (!batch_.empty()) {
    const epoll_event event = batch_.front();
    batch_ = batch_.subspan(1);
    if (!event.data.ptr) continue;
    auto* const watched = static_cast<Watched*>(event.data.ptr);
    notified_ = watched;
    watched->on_ready(ready_of(event.events));
  }
}

}  // namespace socketio::net
