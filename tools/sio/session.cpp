// SPDX-License-Identifier: MIT
#include "session.hpp"

#include "exit_code.hpp"
#include "show.hpp"

#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace sio {

Session::Session(const Target& target, int interrupted)
    : interrupted_(interrupted), connect_timeout_(target.connect_timeout_ms) {
  const socketio::ClientOptions options = target.client_options();
  try {
    client_ = socketio::make_client(context_, target.full_url(), options);
  } catch (const std::invalid_argument& wrong) {
    throw UsageError(target.url + ": " + wrong.what());
  } catch (const std::system_error& wrong) {
    throw UsageError(wrong.what());
  }
  socket_ = target.nsp.empty() ? client_->socket() : client_->socket(target.nsp);
  signals_.add(SIGINT);
  signals_.add(SIGTERM);
  await_signal();
}

void Session::await_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int signal) {
    if (error || finished()) return;
    await_signal();
    if (signal == SIGINT && interrupt_) return interrupt_();
    finish(interrupted_);
  });
}

void Session::finish(int code) {
  if (finished()) return;
  code_ = code;
  timer_.cancel();
  join_timer_.cancel();
  signals_.clear();
  signals_.cancel();
  client_->stop();
}

void Session::after(std::chrono::milliseconds time, std::function<void()> done) {
  timer_.expires_after(time);
  timer_.async_wait([this, done = std::move(done)](const boost::system::error_code& error) {
    if (!error && !finished()) done();
  });
}

void Session::limit_joining() {
  client_->on_open([this] {
    if (finished()) return;
    join_timer_.expires_after(connect_timeout_);
    join_timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) on_join_timer();
    });
  });
  socket_.on_connect([this] { join_timer_.cancel(); });
}

void Session::on_join_timer() {
  if (finished() || socket_.connected()) return;
  std::fprintf(stderr, "sio: the server has not let us join %s within %s\n",
               without_controls(socket_.nsp()).c_str(), to_text(connect_timeout_).c_str());
  finish(exit_timed_out);
}

// A server handles packets in order, so its answer to the last packet means that it has handled all
// of them. The only packet that every server answers is a request to join a namespace, usually with
// "Invalid namespace".
void Session::when_received(const std::function<void()>& done) {
  const auto probe = client_->socket("/.sio-probe", {});
  probe.on_connect(done);
  probe.on_connect_error([done](const socketio::ConnectionError&) { done(); });
}

void Session::run_while(const std::function<bool()>& waiting) {
  while (!finished() && waiting()) context_.run_one();
}

int Session::run() {
  run_while([] { return true; });
  context_.run_for(goodbye_time);
  return *code_;
}

}  // namespace sio
