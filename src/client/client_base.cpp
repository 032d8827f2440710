// SPDX-License-Identifier: MIT
#include "client/client_state.hpp"

#include <socketio/client_base.hpp>

#include <utility>

namespace socketio {

ClientBase::ClientBase(std::shared_ptr<client::ClientState> state)
    : RunsLater(state->timers()), state_(std::move(state)) {}

ClientBase::~ClientBase() { state_->shut_down(); }

void ClientBase::run() { state_->run(); }
void ClientBase::start() { state_->start(); }
std::size_t ClientBase::poll() { return state_->poll(); }
void ClientBase::stop() { state_->stop(); }
void ClientBase::join() { state_->join(); }
void ClientBase::stop_on_signals() { state_->stop_on_signals(); }

void ClientBase::connect() { state_->protocol().connect(); }

void ClientBase::set_query(std::vector<std::pair<std::string, std::string>> query) {
  state_->set_query(std::move(query));
}

void ClientBase::set_extra_headers(std::vector<std::pair<std::string, std::string>> headers) {
  state_->set_extra_headers(std::move(headers));
}

}  // namespace socketio
