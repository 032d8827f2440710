// SPDX-License-Identifier: MIT
#include "client/client_state.hpp"

#include "client/client_user_loop.hpp"
#include "client/option_mapping.hpp"
#include "codec/json/document.hpp"
#include "core/client/socket_state.hpp"

#include <boost/asio/post.hpp>

#include <csignal>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace socketio::client {

namespace asio = boost::asio;

namespace {

/// Throws at once if the settings can never work.
std::unique_ptr<net::ClientConnector> make_connector(const std::shared_ptr<net::AsioLoop>& loop,
                                                     const Url& url, const ClientOptions& options) {
  auto connector = std::make_unique<net::ClientConnector>(loop, connector_settings(options));
  const ConnectFailure failure = connector->prepare(url.endpoint.secure);
  if (failure.code == net::ProxyErrc::bad_settings) throw std::invalid_argument(failure.message);
  if (failure.code) throw std::system_error(failure.code, failure.message);
  return connector;
}

}  // namespace

std::shared_ptr<ClientState> ClientState::make(Speaks protocol, std::string_view text,
                                               const ClientOptions& options,
                                               asio::io_context* context) {
  auto url = parse_url(text);
  if (!url) throw std::invalid_argument(std::string(to_string(url.error())));
  codec::prepare_json();
  const std::shared_ptr<ClientState> state(
      new ClientState(protocol, std::move(url).value(), options, context));
  state->exit_hook_.emplace([weak = std::weak_ptr(state)] {
    if (const auto self = weak.lock()) self->shut_down(net::ExitHook::wait_limit);
  });
  if (options.auto_connect) state->protocol_->connect();
  return state;
}

ClientState::ClientState(Speaks protocol, Url url, const ClientOptions& options,
                         asio::io_context* context)
    : url_(std::move(url)),
      socket_options_(client::socket_options(options)),
      own_context_(context ? nullptr : new asio::io_context(1)),
      context_(context ? *context : *own_context_),
      loop_(std::make_shared<net::AsioLoop>(context_)),
      connector_(make_connector(loop_, url_, options)),
      gate_(std::make_shared<ThreadGate>(*loop_)),
      manager_(protocol == Speaks::socketio ? speak<core::Manager>(options) : nullptr),
      engine_(protocol == Speaks::engineio ? speak<core::EngineConnection>(options) : nullptr),
      protocol_(manager_ ? std::shared_ptr<core::ClientProtocol>(manager_) : engine_),
      timers_(std::make_shared<core::Timers>(
          std::make_unique<ClientUserLoop>(*loop_, gate_, protocol_))) {
  protocol_->set_task_loop(timers_);
  own_context_.get_deleter().resolutions = loop_->resolutions();
  loop_->set_exception_hook([weak = std::weak_ptr(protocol_)] {
    if (const auto kept = weak.lock()) kept->report(std::current_exception(), "connection");
  });
  protocol_->set_idle_hook([this] {
    if (stopping_) end_context();
  });
}

template <class Protocol>
std::shared_ptr<Protocol> ClientState::speak(const ClientOptions& options) {
  return std::make_shared<Protocol>(*loop_, *connector_, gate_, manager_options(url_, options));
}

ClientState::~ClientState() { tear_down(); }

void ClientState::EndContext::operator()(asio::io_context* context) const {
  std::unique_ptr<asio::io_context> ended(context);
  if (resolutions.use_count() <= 1) return;
  std::thread([context = std::move(ended)]() mutable { context.reset(); }).detach();
}

void ClientState::set_query(engine::NamedValues query) {
  protocol_->set_query(query_with(url_, std::move(query)));
}

void ClientState::set_extra_headers(engine::NamedValues headers) {
  protocol_->set_extra_headers(checked_headers(std::move(headers)));
}

// --- Running ---

bool ClientState::begin_running() {
  std::unique_lock lock(running_mutex_);
  if (runner_ != std::this_thread::get_id()) {
    stopped_running_.wait(lock, [this] { return !(running_ && stop_wanted_); });
  }
  if (shut_ || running_) return false;
  running_ = true;
  watch_signals();
  return true;
}

void ClientState::run_until_stopped() {
  {
    const std::lock_guard lock(running_mutex_);
    runner_ = std::this_thread::get_id();
    if (!shut_) context_.restart();
  }
  loop_->adopt_thread();
  work_.emplace(context_.get_executor());
  context_.run();
  work_.reset();
  stopping_ = false;
  stop_timer_.reset();
  end_running();
}

void ClientState::end_running() {
  const std::lock_guard lock(running_mutex_);
  running_ = false;
  stop_wanted_ = false;
  runner_ = {};
  stopped_running_.notify_all();
}

void ClientState::run() {
  const auto self = shared_from_this();
  if (!own_context_ || !begin_running()) return;
  run_until_stopped();
  net::ExitHook::hold_main_thread();
}

void ClientState::start() {
  if (!own_context_ || !begin_running()) return;
  // A new thread waits on this mutex until `thread_` is set.
  const std::lock_guard lock(running_mutex_);
  // The thread of a start() that stop() has ended.
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread([self = shared_from_this()] { self->run_until_stopped(); });
}

std::size_t ClientState::poll() {
  if (!own_context_) return 0;
  const auto self = shared_from_this();
  if (!begin_running()) return 0;
  {
    const std::lock_guard lock(running_mutex_);
    runner_ = std::this_thread::get_id();
    context_.restart();
  }
  loop_->adopt_thread();
  const std::size_t count = context_.poll();
  end_running();
  return count;
}

void ClientState::stop() {
  {
    const std::lock_guard lock(running_mutex_);
    stop_wanted_ = running_;
  }
  if (gate_->is_inside()) return stop_now();
  gate_->post_urgent([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->stop_now();
  });
}

void ClientState::join() {
  std::unique_lock lock(running_mutex_);
  // A handler would wait for itself.
  if (runner_ == std::this_thread::get_id()) return;
  stopped_running_.wait(lock, [this] { return !running_; });
  lock.unlock();
  net::ExitHook::hold_main_thread();
}

void ClientState::stop_now() {
  if (own_context_) {
    {
      const std::lock_guard lock(running_mutex_);
      // A second signal ends a program that does not end by itself.
      signals_.reset();
    }
    stopping_ = true;
    stop_timer_.emplace(context_, stop_timeout);
    stop_timer_->async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (self && !error) self->context_.stop();
    });
  }
  timers_->cancel_all();
  protocol_->leave();
}

void ClientState::end_context() {
  // Deferred to after the end of this turn, which flushes what was sent last.
  loop_->defer([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    asio::post(self->context_, [weak] {
      const auto state = weak.lock();
      // It may have been idle several times: a later one of these calls must not end the next run.
      if (state && state->stopping_) state->context_.stop();
    });
  });
}

void ClientState::stop_on_signals() {
  if (!own_context_) return;
  const std::lock_guard lock(running_mutex_);
  stops_on_signals_ = true;
  watch_signals();
}

void ClientState::watch_signals() {
  if (!stops_on_signals_ || signals_ || shut_) return;
  signals_.emplace(context_, SIGINT, SIGTERM);
  signals_->async_wait([weak = weak_from_this()](const boost::system::error_code& error, int) {
    const auto self = weak.lock();
    if (self && !error) self->stop();
  });
}

// --- The end ---

void ClientState::shut_down(Limit limit) {
  std::unique_lock lock(running_mutex_);
  if (given_up_) return;
  if (own_context_) return shut_down_own(std::move(lock), limit);
  if (std::exchange(ended_, true)) return;
  lock.unlock();
  shut_down_on_context(limit);
}

std::unique_lock<ThreadGate> ClientState::lock_gate(Limit limit) {
  if (!limit) return std::unique_lock(*gate_);
  return std::unique_lock(*gate_, *limit);
}

void ClientState::give_up() {
  const std::lock_guard lock(running_mutex_);
  given_up_ = true;
}

void ClientState::shut_down_own(std::unique_lock<std::mutex> lock, Limit limit) {
  shut_ = true;
  const bool is_in_handler = runner_ == std::this_thread::get_id();
  const auto is_stopped = [this] { return !running_; };
  if (!is_in_handler && running_) {
    gate_->post_urgent([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->finish();
    });
    context_.stop();
    if (!limit) stopped_running_.wait(lock, is_stopped);
    if (limit && !stopped_running_.wait_for(lock, *limit, is_stopped)) {
      given_up_ = true;
      // Nobody waits for it any more.
      if (thread_.joinable()) thread_.detach();
      return;
    }
  }
  const bool has_ended = std::exchange(ended_, true);
  lock.unlock();
  // exit() has started, and its thread may still be ending the client.
  if (has_ended) return close_now(limit);
  if (is_in_handler) {
    finish();
    context_.stop();
    if (thread_.joinable()) thread_.detach();
    // Whoever runs it calls tear_down().
    return;
  }
  if (thread_.joinable()) thread_.join();
  loop_->adopt_thread();
  finish();
  tear_down();
}

void ClientState::close_now(Limit limit) {
  const auto lock = lock_gate(limit);
  if (!lock) return give_up();
  end_user_code();
}

void ClientState::end_user_code() {
  timers_->end();
  protocol_->close_now();
}

void ClientState::shut_down_on_context(Limit limit) {
  if (!loop_->is_current()) {
    gate_->post_urgent([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->finish();
    });
    // The loop's objects belong to its thread, which may never run again.
    asio::post(context_, [self = shared_from_this()] {
      self->finish();
      self->tear_down();
    });
    const auto lock = lock_gate(limit);
    if (!lock) return give_up();
    end_user_code();
    gate_->close();
    // Destroyed after the handlers of the loop that Asio still holds, because their memory belongs
    // to the loop's thread.
    asio::post(context_, [self = shared_from_this()] {});
    return;
  }
  const bool is_below_us = gate_->is_below_user_code();
  finish();
  if (!is_below_us) return tear_down();
  asio::post(context_, [self = shared_from_this()] { self->tear_down(); });
}

void ClientState::finish() {
  const core::GateEntry entry(*gate_);
  timers_->end();
  gate_->run_posted();
  protocol_->end();
  gate_->close();
}

void ClientState::tear_down() {
  if (std::exchange(torn_down_, true)) return;
  loop_->drain();
  protocol_->set_idle_hook(nullptr);
  protocol_->drop();
  connector_.reset();
  loop_->drain();
  {
    const core::GateLock lock(*gate_);  // who ends it on another thread may be at it
    timers_->drop();
  }
  loop_->stop();
  signals_.reset();
  stop_timer_.reset();
  work_.reset();
  if (own_context_) {
    own_context_->restart();
    own_context_->poll();
  }
}

}  // namespace socketio::client
