// SPDX-License-Identifier: MIT
#include "server/server_state.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include "core/namespace_state.hpp"

namespace socketio::server {

namespace asio = boost::asio;

namespace {

core::Options core_options(const ServerOptions& options) {
  core::Options core;
  core.connect_timeout = options.connect_timeout;
  core.attachments_timeout = options.limits.attachments_timeout;
  core.packet = {options.limits.attachments, options.max_payload_bytes};
  core.namespaces_per_client = options.limits.namespaces_per_client;
  core.rooms_per_client = options.limits.rooms_per_client;
  core.room_name_bytes = options.limits.room_name_bytes;
  core.pending_acks = options.limits.pending_acks;
  return core;
}

engine::Options engine_options(const ServerOptions& options) {
  const auto offers = [&](std::string_view name) {
    return std::find(options.transports.begin(), options.transports.end(), name) != options.transports.end();
  };
  engine::Options engine;
  engine.polling = offers("polling");
  engine.websocket = offers("websocket");
  engine.allow_upgrades = options.allow_upgrades;
  engine.ping_interval = options.ping_interval;
  engine.ping_timeout = options.ping_timeout;
  engine.upgrade_timeout = options.upgrade_timeout;
  engine.max_payload_bytes = options.max_payload_bytes;
  engine.packets_per_payload = options.limits.packets_per_payload;
  engine.fragments_per_message = options.limits.fragments_per_message;
  engine.out_buffer_bytes = options.backpressure.soft_limit_bytes;
  engine.out_buffer_limit_bytes = options.backpressure.hard_limit_bytes;
  engine.stall_timeout = options.backpressure.stall_timeout;
  engine.sessions = options.limits.sessions;
  return engine;
}

}  // namespace

ServerState::ServerState(ServerOptions options, asio::io_context* context)
    : options_(std::move(options)),
      own_context_(context ? nullptr : std::make_unique<asio::io_context>(1)),
      context_(context ? *context : *own_context_),
      loop_(std::make_shared<net::AsioLoop>(context_)),
      node_(*loop_, core_options(options_)),
      engine_(*loop_, engine_options(options_),
              [this](const std::shared_ptr<engine::Session>& session) { return node_.accept(session); }),
      site_(options_, engine_, router_state_) {
  if (options_.allow_request) {
    engine_.set_allow_request([allow = options_.allow_request](const http::Request& request) {
      return allow(public_request(request, {}));
    });
  }
}

ServerState::~ServerState() {
  loop_->adopt_thread();
  close_now();
  for (net::TcpStream* const stream : net::OpenStreams(*open_streams_)) stream->close();
  loop_->drain();
  loop_->stop();
  if (own_context_) {
    own_context_->restart();
    own_context_->poll();
  }
}

std::uint16_t ServerState::listen(std::string_view address, std::uint16_t port, std::error_code& error) {
  auto listener = std::make_shared<net::Listener>(
      *loop_, [this](asio::ip::tcp::socket socket) { accept(std::move(socket)); });
  const std::uint16_t chosen = listener->open(address, port, error);
  if (error) return 0;
  listener->start();
  listeners_.push_back(std::move(listener));
  return chosen;
}

void ServerState::accept(asio::ip::tcp::socket socket) {
  if (options_.limits.connections != 0 && open_streams_->size() >= options_.limits.connections) return;
  const auto stream = std::make_shared<net::TcpStream>(loop_, std::move(socket), open_streams_);
  const auto connection = std::make_shared<Connection>(site_);
  stream->set_handler(connection);
  connection->attach(stream);
  stream->start();
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
  for (net::TcpStream* const stream : net::OpenStreams(*open_streams_)) stream->close_after_flush();
  if (signals_) {
    boost::system::error_code ignored;
    signals_->cancel(ignored);
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
