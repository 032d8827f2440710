// SPDX-License-Identifier: MIT
#include "net/platform/poller.hpp"

#include <new>

namespace socketio::net {

namespace asio = boost::asio;
using asio::ip::tcp;

bool Poller::add(Socket& socket, Watched& watched) {
  Socket::State& state = *socket.state_;
  boost::system::error_code error;
  state.socket.non_blocking(true, error);
  if (error) return false;
  try {
    await_readable(socket);
  } catch (const std::bad_alloc&) {
    return false;
  }
  state.watched = &watched;
  count_watched();
  return true;
}

void Poller::count_watched() {
  if (watched_count_++ == 0) work_.emplace(context_.get_executor());
}

void Poller::remove(Socket& socket, Watched& watched) {
  socket.state_->watched = nullptr;
  forget(watched);
  if (--watched_count_ == 0) work_.reset();
}

std::error_code Poller::connect(Socket& socket, const tcp::endpoint& peer, Watched& watched) {
  Socket opened(context_.get_executor());
  boost::system::error_code error;
  opened.state_->socket.open(peer.protocol(), error);
  if (error) return error;
  opened.state_->socket.async_connect(
      peer, [this, alive = alive_, state = opened.state_](const boost::system::error_code& result) {
        state->connect_result = result;
        if (*alive) tell(*state, {.writable = true});
      });
  opened.state_->watched = &watched;
  count_watched();
  socket = std::move(opened);
  return {};
}

void Poller::await_readable(Socket& socket) {
  if (!socket.is_open() || socket.state_->awaits_readable) return;
  socket.state_->socket.async_wait(
      tcp::socket::wait_read,
      [this, alive = alive_, state = socket.state_](const boost::system::error_code&) {
        state->awaits_readable = false;
        if (*alive) tell(*state, {.readable = true});
      });
  socket.state_->awaits_readable = true;
}

void Poller::await_writable(Socket& socket) {
  if (!socket.is_open() || socket.state_->awaits_writable) return;
  socket.state_->socket.async_wait(
      tcp::socket::wait_write,
      [this, alive = alive_, state = socket.state_](const boost::system::error_code&) {
        state->awaits_writable = false;
        if (*alive) tell(*state, {.writable = true});
      });
  socket.state_->awaits_writable = true;
}

void Poller::tell(Socket::State& state, Ready ready) {
  // It has been closed in the meantime.
  if (!state.watched) return;
  ++told_count_;
  enter_turn_();
  // If waiting failed, the next attempt to receive or send reports the error.
  state.watched->on_ready(ready);
}

void Poller::stop() {
  stop_calls();
  work_.reset();
}

}  // namespace socketio::net
