// SPDX-License-Identifier: MIT
#include "server/server_state.hpp"

#include "core/namespace_state.hpp"
#include "server/layer_options.hpp"

#include <csignal>
#include <unistd.h>
#include <utility>

namespace socketio::server {

namespace asio = boost::asio;

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
      site_(options_, engine_, router_state_) {
  if (options_.allow_request) {
    engine_.set_allow_request(
        [this](const engine::Exchange& exchange) { return decide(exchange); });
  }
  loop_->set_exception_hook([this] { report("connection"); });
  site_.cors().set_error_hook([this] { report("cors"); });
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
  auto listener =
      std::make_shared<net::Listener>(*loop_, [this](int descriptor) { accept(descriptor); });
  const std::uint16_t chosen = listener->open(address, port, error);
  if (error) return 0;
  listener->start();
  listeners_.push_back(std::move(listener));
  return chosen;
}

void ServerState::accept(int descriptor) {
  if (options_.limits.connections != 0 && open_streams_->size() >= options_.limits.connections) {
    ::close(descriptor);
    return;
  }
  const auto stream = net::TcpStream::open(loop_, descriptor, open_streams_);
  if (!stream) return;
  contain(*stream, [&] {
    const auto connection = std::make_shared<Connection>(site_);
    stream->set_handler(connection);
    connection->attach(stream);
  });
}

void ServerState::run() {
  if (!own_context_) return;
  loop_->adopt_thread();
  if (closed_) return;
  work_.emplace(context_.get_executor());
  context_.restart();
  context_.run();
}

void ServerState::stop() {
  if (own_context_) close();
}

void ServerState::close() {
  if (loop_->is_current()) return close_now();
  loop_->post([this] { close_now(); });
}

void ServerState::close_now() {
  if (std::exchange(closed_, true)) return;
  for (const auto& listener : listeners_) listener->close();
  node_.close();
  engine_.close();
  for (const auto& [key, stream] : *open_streams_) stream->close_soon();
  if (signals_) {
    boost::system::error_code ignored;
    signals_->clear(ignored);  // a second one ends a program that does not come to its end
  }
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
