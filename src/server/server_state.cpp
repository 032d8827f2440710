// SPDX-License-Identifier: MIT
#include "server/server_state.hpp"

#include "base/log.hpp"
#include "codec/json/document.hpp"

#include <csignal>
#include <string>
#include <utility>

namespace socketio::server {

namespace asio = boost::asio;

std::shared_ptr<ServerState> ServerState::make(ServerOptions options, asio::io_context* context) {
  codec::prepare_json();
  const std::shared_ptr<ServerState> state(new ServerState(std::move(options), context));
  state->exit_hook_.emplace([weak = std::weak_ptr(state)] {
    if (const auto self = weak.lock()) self->shut_down(net::ExitHook::wait_limit);
  });
  return state;
}

ServerState::ServerState(ServerOptions options, asio::io_context* context)
    : options_(std::move(options)), worker_(options_, router_state_, context) {}

ServerState::~ServerState() {
  worker_.loop().adopt_thread();
  close_now();
}

std::uint16_t ServerState::listen(const ListenOptions& options, std::error_code& error) {
  if (closing_) {
    error = Errc::closed;
    return 0;
  }
  const std::uint16_t bound = worker_.listen(options, error);
  if (!error) {
    const bool is_anywhere =
        options.address.empty() && options.unix_path.empty() && !options.descriptor;
    log_line(LogScope::server, LogLevel::info,
             {"listening on ", is_anywhere ? "all addresses" : options.address, options.unix_path,
              ", port ", std::to_string(bound)});
  }
  return bound;
}

void ServerState::accept(int descriptor, std::string received, std::error_code& error) {
  boost::system::error_code failure;
  net::Socket socket = net::Socket::adopt(worker_.context().get_executor(), descriptor, failure);
  error = failure;
  if (failure) return;
  // Shared, because a task can be copied. After close() nobody takes it, and it is closed.
  const auto shared = std::make_shared<net::Socket>(std::move(socket));
  worker_.loop().post([this, shared, bytes = std::move(received)]() mutable {
    if (!closed_) worker_.take_over(std::move(*shared), std::move(bytes));
  });
}

void ServerState::run() {
  if (!worker_.has_own_context()) return;
  auto self = shared_from_this();
  {
    const std::lock_guard lock(running_mutex_);
    if (shut_ || closed_ || runner_ != std::thread::id()) return;
    runner_ = std::this_thread::get_id();
    worker_.prepare_run();
  }
  const auto leave = [&self](ServerState* state) {
    const std::lock_guard lock(state->running_mutex_);
    state->runner_ = {};
    state->stopped_running_.notify_all();
    // If ~Server is waiting for this, it still has a reference and must be the one that destroys
    // the state: no handler may run here once ~Server has returned.
    if (self.use_count() > 1) self.reset();
  };
  {
    const std::unique_ptr<ServerState, decltype(leave)> running(this, leave);
    worker_.run();
  }
  net::ExitHook::hold_main_thread();
}

void ServerState::close() {
  const auto self = shared_from_this();  // who waits for the end may destroy the server then
  const bool is_alone = end_on_loop([this] { close_now(); });
  if (is_alone) worker_.closing().complete();
}

void ServerState::drain(std::chrono::milliseconds spread) {
  end_on_loop([this, spread] { drain_now(spread); });
}

bool ServerState::end_on_loop(std::function<void()> end) {
  closing_ = true;
  if (worker_.loop().is_current()) {
    end();
    return false;
  }
  const std::lock_guard lock(running_mutex_);
  if (worker_.has_own_context() && runner_ == std::thread::id()) {
    worker_.loop().adopt_thread();
    end();
    return true;
  }
  end_soon(std::move(end));
  return false;
}

void ServerState::end_soon(std::function<void()> end) {
  worker_.loop().post(std::move(end));
  worker_.loop().hurry();
}

void ServerState::shut_down(std::optional<std::chrono::seconds> limit) {
  if (!worker_.has_own_context()) return;
  std::unique_lock lock(running_mutex_);
  shut_ = true;
  const auto is_stopped = [this] { return runner_ == std::thread::id(); };
  if (is_stopped()) return;
  // A handler is destroying its own server, or calling exit().
  if (runner_ == std::this_thread::get_id()) {
    lock.unlock();  // what timers have captured may call close() when it goes
    worker_.timers()->end();
    return worker_.stop();
  }
  end_soon([this] { close_now(); });
  worker_.stop();
  limit ? void(stopped_running_.wait_for(lock, *limit, is_stopped))
        : stopped_running_.wait(lock, is_stopped);
}

void ServerState::close_now() {
  closing_ = true;
  if (std::exchange(closed_, true)) return;
  log_line(LogScope::server, LogLevel::info, {"closing"});
  worker_.close();
  // A second signal ends a program that does not end by itself.
  signals_.reset();
}

void ServerState::drain_now(std::chrono::milliseconds spread) {
  if (closed_) return;
  log_line(LogScope::server, LogLevel::info, {"draining"});
  worker_.drain(spread, [this] { close_now(); });
}

void ServerState::stop_on_signals(std::optional<std::chrono::milliseconds> spread) {
  if (!worker_.has_own_context() || closed_) return;
  signals_.emplace(worker_.context(), SIGINT, SIGTERM);
  await_signal(spread);
}

void ServerState::await_signal(std::optional<std::chrono::milliseconds> spread) {
  signals_->async_wait([this, spread](const boost::system::error_code& error, int) {
    // The signal may have come while the server was closing.
    if (error || closed_) return;
    worker_.loop().enter();
    if (!spread) return close_now();
    closing_ = true;
    drain_now(*spread);
    await_signal({});
  });
}

}  // namespace socketio::server
