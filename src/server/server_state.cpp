// SPDX-License-Identifier: MIT
#include "server/server_state.hpp"

#include "base/log.hpp"
#include "codec/json/document.hpp"
#include "server/metrics_snapshot.hpp"
#include "server/option_mapping.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <algorithm>
#include <csignal>
#include <memory>
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
    : options_(std::move(options)),
      group_(loop_count(options_, context ? LoopsOf::user : LoopsOf::server)) {
  const std::size_t count = group_.size();
  if (count > 1) buses_ = std::make_shared<LoopBuses>(count);
  const Shared shared{options_, router_state_, group_, limits_, buses_, workers_};
  for (std::size_t index = 0; index < count; ++index) {
    workers_.push_back(std::make_unique<Worker>(shared, LoopPlace{index, count}, context));
  }
  worker().closing().await_others(count - 1);
  runs_.resize(count);
}

ServerState::~ServerState() {
  adopt_loops();
  close_now();
}

void ServerState::adopt_loops() {
  for (const auto& worker : workers_) worker->loop().adopt_thread();
}

std::uint16_t ServerState::listen(const ListenOptions& options, std::error_code& error) {
  if (closing_) {
    error = Errc::closed;
    return 0;
  }
  std::uint16_t bound = 0;
  group_.run_on_first([&] { bound = worker().listen(options, error); });
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
  Worker& worker = least_loaded(workers_);
  boost::system::error_code failure;
  net::Socket socket = net::Socket::adopt(worker.context().get_executor(), descriptor, failure);
  error = failure;
  if (!failure) worker.take_over(std::move(socket), std::move(received));
}

void ServerState::run() {
  if (!worker().has_own_context()) return;
  auto self = shared_from_this();
  {
    const std::lock_guard lock(running_mutex_);
    if (shut_ || closed_ || runner_ != std::thread::id()) return;
    runner_ = std::this_thread::get_id();
    for (const auto& worker : workers_) worker->prepare_run();
    for (LoopRun& run : runs_) run.is_running = true;
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
    run_loops();
  }
  net::ExitHook::hold_main_thread();
}

void ServerState::run_loops() {
  group_.begin_running();
  std::vector<std::thread> threads;
  const auto finish = [&threads](LoopGroup* group) {
    for (std::thread& thread : threads) thread.join();
    group->end_running();
  };
  const std::unique_ptr<LoopGroup, decltype(finish)> finishing(&group_, finish);
  try {
    threads.reserve(workers_.size() - 1);
    for (std::size_t index = 1; index < workers_.size(); ++index) {
      threads.emplace_back([this, index, kept = asio::make_work_guard(worker().context())] {
        run_loop(index);
        worker().loop().post([this] { worker().closing().on_other_end(); });
      });
    }
  } catch (...) {
    stop_loops();
    const std::lock_guard lock(running_mutex_);
    for (std::size_t index = threads.size() + 1; index < runs_.size(); ++index) runs_[index] = {};
    runs_.front() = {};
    throw;
  }
  run_loop(0);
}

void ServerState::run_loop(std::size_t index) {
  {
    const std::lock_guard lock(running_mutex_);
    runs_[index].thread = std::this_thread::get_id();
  }
  const auto leave = [index](ServerState* state) {
    const std::lock_guard lock(state->running_mutex_);
    state->runs_[index] = {};
    state->stopped_running_.notify_all();
  };
  const std::unique_ptr<ServerState, decltype(leave)> running(this, leave);
  workers_[index]->run();
}

void ServerState::stop_loops() {
  for (const auto& worker : workers_) worker->stop();
}

void ServerState::close() {
  const auto self = shared_from_this();  // who waits for the end may destroy the server then
  const bool is_alone = end_on_loop([this] { close_now(); });
  if (is_alone) worker().closing().complete();
}

void ServerState::drain(std::chrono::milliseconds spread) {
  end_on_loop([this, spread] { drain_now(spread); });
}

bool ServerState::end_on_loop(std::function<void()> end) {
  closing_ = true;
  if (worker().loop().is_current()) {
    end();
    return false;
  }
  const std::lock_guard lock(running_mutex_);
  if (worker().has_own_context() && runner_ == std::thread::id()) {
    adopt_loops();
    end();
    return true;
  }
  end_soon(std::move(end));
  return false;
}

void ServerState::end_soon(std::function<void()> end) {
  worker().loop().post(std::move(end));
  worker().loop().hurry();
}

bool ServerState::is_on_loop() const {
  return std::any_of(runs_.begin(), runs_.end(), [](const LoopRun& run) {
    return run.is_running && run.thread == std::this_thread::get_id();
  });
}

void ServerState::shut_down(std::optional<std::chrono::seconds> limit) {
  if (!worker().has_own_context()) return;
  std::unique_lock lock(running_mutex_);
  shut_ = true;
  if (runner_ == std::thread::id()) return;
  const bool is_on_loop = this->is_on_loop();
  if (is_on_loop) {
    // A handler is destroying its own server, or calling exit().
    lock.unlock();  // what timers have captured may call close() when it goes
    for (const auto& worker : workers_) {
      if (worker->loop().is_current()) worker->timers()->end();
    }
    lock.lock();
  } else {
    end_soon([this] { close_now(); });
    for (const auto& worker : workers_) {
      worker->loop().post([&worker] { worker->close(); });
      worker->loop().hurry();
    }
  }
  stop_loops();
  const auto is_stopped = [&] {
    if (!is_on_loop) return runner_ == std::thread::id();
    return std::none_of(runs_.begin(), runs_.end(), [](const LoopRun& run) {
      return run.is_running && run.thread != std::this_thread::get_id();
    });
  };
  limit ? void(stopped_running_.wait_for(lock, *limit, is_stopped))
        : stopped_running_.wait(lock, is_stopped);
}

void ServerState::close_now() {
  closing_ = true;
  if (std::exchange(closed_, true)) return;
  log_line(LogScope::server, LogLevel::info, {"closing"});
  each_worker([](Worker& worker) { worker.close(); });
  for (const auto& worker : workers_) worker->loop().hurry();
  // A second signal ends a program that does not end by itself.
  signals_.reset();
}

void ServerState::drain_now(std::chrono::milliseconds spread) {
  if (closed_ || draining_ != 0) return;
  log_line(LogScope::server, LogLevel::info, {"draining"});
  draining_ = workers_.size();
  each_worker([this, spread](Worker& drained) {
    drained.drain(spread, [this] {
      if (worker().loop().is_current()) return on_drained();
      worker().loop().post([this] { on_drained(); });
    });
  });
}

void ServerState::on_drained() {
  if (--draining_ == 0) close_now();
}

Metrics ServerState::metrics() const {
  if (workers_.size() == 1) return workers_.front()->metrics();
  Metrics sum;
  for (const auto& worker : workers_) {
    const bool is_readable = !group_.is_running() || worker->loop().is_current();
    add_to(sum, is_readable ? worker->metrics() : worker->latest_metrics());
  }
  return sum;
}

std::size_t ServerState::session_count() const {
  std::size_t count = 0;
  for (const auto& worker : workers_) count += worker->engine().session_count();
  return count;
}

void ServerState::stop_on_signals(std::optional<std::chrono::milliseconds> spread) {
  if (!worker().has_own_context() || closed_) return;
  signals_.emplace(worker().context(), SIGINT, SIGTERM);
  await_signal(spread);
}

void ServerState::await_signal(std::optional<std::chrono::milliseconds> spread) {
  signals_->async_wait([this, spread](const boost::system::error_code& error, int) {
    // The signal may have come while the server was closing.
    if (error || closed_) return;
    worker().loop().enter();
    if (!spread) return close_now();
    closing_ = true;
    drain_now(*spread);
    await_signal({});
  });
}

}  // namespace socketio::server
