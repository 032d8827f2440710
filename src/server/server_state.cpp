// SPDX-License-Identifier: MIT
#include "server/server_state.hpp"

#include "codec/json/document.hpp"
#include "core/server/namespace_state.hpp"
#include "server/option_mapping.hpp"

#include <csignal>
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
      own_context_(context ? nullptr : std::make_unique<asio::io_context>(1)),
      context_(context ? *context : *own_context_),
      loop_(std::make_shared<net::AsioLoop>(context_)),
      node_(*loop_, core_options(options_)),
      engine_(*loop_, engine_options(options_),
              [this](const std::shared_ptr<engine::Session>& session) {
                return node_.accept(session);
              }),
      dispatcher_(options_, engine_, router_state_) {
  if (options_.allow_request) {
    engine_.set_allow_request(
        [this](const engine::Exchange& exchange) { return decide(exchange); });
  }
  loop_->set_exception_hook([this] { report("connection"); });
  dispatcher_.cors().set_error_hook([this] { report("cors"); });
  router_state_->set_error_hook([this](const HttpRequest& request) {
    report("http " + std::string(request.method) + " " + request.path);
  });
}

std::optional<std::string> ServerState::decide(const engine::Exchange& exchange) {
  try {
    return options_.allow_request(public_request(exchange.request(), exchange.remote_address()));
  } catch (...) {
    report("allow_request");
    return "Forbidden";
  }
}

void ServerState::report(std::string_view what) noexcept {
  Socket nobody;
  main_->report(nobody, what, std::current_exception());
}

ServerState::~ServerState() {
  loop_->adopt_thread();
  close_now();
  loop_->run_posted();  // who asked for something hears that there is nobody
  for (const auto& [key, stream] : *open_streams_) stream->close();
  loop_->drain();
  loop_->stop();
  if (own_context_) {
    own_context_->restart();
    own_context_->poll();
  }
}

std::uint16_t ServerState::listen(std::string_view address, std::uint16_t port,
                                  std::error_code& error) {
  if (closing_) {
    error = Errc::closed;
    return 0;
  }
  auto listener = std::make_shared<net::Listener>(
      *loop_, [this](net::Socket socket) { accept(std::move(socket)); });
  const std::uint16_t chosen = listener->open(address, port, error);
  if (error) return 0;
  listener->start();
  listeners_.push_back(std::move(listener));
  return chosen;
}

void ServerState::accept(net::Socket socket) {
  const bool is_full =
      options_.limits.connections != 0 && open_streams_->size() >= options_.limits.connections;
  if (is_full) return;
  const auto stream = net::TcpStream::open(loop_, std::move(socket), open_streams_);
  if (!stream) return;
  contain(*stream, [&] {
    const auto connection = std::make_shared<HttpConnection>(dispatcher_);
    stream->set_handler(connection);
    connection->attach(stream);
  });
}

void ServerState::run() {
  if (!own_context_) return;
  const auto self = shared_from_this();
  {
    const std::lock_guard lock(running_mutex_);
    if (shut_ || closed_ || runner_ != std::thread::id()) return;
    runner_ = std::this_thread::get_id();
    context_.restart();
  }
  const auto leave = [](ServerState* state) {
    const std::lock_guard lock(state->running_mutex_);
    state->runner_ = {};
    state->stopped_running_.notify_all();
  };
  {
    const std::unique_ptr<ServerState, decltype(leave)> runs(this, leave);
    loop_->adopt_thread();
    work_.emplace(context_.get_executor());
    context_.run();
  }
  net::ExitHook::hold_main_thread();
}

void ServerState::close() {
  closing_ = true;
  if (loop_->is_current()) return close_now();
  const std::lock_guard lock(running_mutex_);
  if (own_context_ && runner_ == std::thread::id()) {  // a new server may want the port now
    loop_->adopt_thread();
    return close_now();
  }
  loop_->post([this] { close_now(); });
  loop_->hurry();
}

void ServerState::shut_down(std::optional<std::chrono::seconds> limit) {
  if (!own_context_) return;
  std::unique_lock lock(running_mutex_);
  shut_ = true;
  const auto is_stopped = [this] { return runner_ == std::thread::id(); };
  if (is_stopped()) return;
  if (runner_ == std::this_thread::get_id()) {  // a handler destroys its own server, or exits
    return context_.stop();
  }
  loop_->post([this] { close_now(); });
  loop_->hurry();
  context_.stop();
  limit ? void(stopped_running_.wait_for(lock, *limit, is_stopped))
        : stopped_running_.wait(lock, is_stopped);
}

void ServerState::close_now() {
  closing_ = true;
  if (std::exchange(closed_, true)) return;
  for (const auto& listener : listeners_) listener->close();
  node_.close();
  engine_.close();
  for (const auto& [key, stream] : *open_streams_) stream->close_soon();
  signals_.reset();  // a second one ends a program that does not come to its end
  work_.reset();
}

void ServerState::stop_on_signals() {
  if (!own_context_) return;
  signals_.emplace(context_, SIGINT, SIGTERM);
  signals_->async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    loop_->enter();
    close_now();
  });
}

}  // namespace socketio::server
