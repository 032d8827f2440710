// SPDX-License-Identifier: MIT
#include "server/pending_requests.hpp"

namespace socketio {

bool HttpRequest::closed() const { return state_ && state_->closed(); }

void HttpRequest::on_close(std::function<void()> callback) const {
  if (state_) state_->on_close(std::move(callback));
}

namespace server {

class PendingRequests::Entry final : public engine::ExchangeListener {
 public:
  Entry(PendingRequests& owner, ExchangePtr kept, std::shared_ptr<detail::RequestState> request)
      : exchange(std::move(kept)), owner_(owner), state_(std::move(request)) {}

  void on_body(engine::Exchange&) override {}
  void on_abort(engine::Exchange&, Abort) override { owner_.close(*state_); }

  const ExchangePtr exchange;

 private:
  PendingRequests& owner_;
  const std::shared_ptr<detail::RequestState> state_;
};

std::shared_ptr<detail::RequestState> PendingRequests::add(const ExchangePtr& exchange,
                                                           http::Request request) {
  auto state = std::make_shared<detail::RequestState>(std::move(request), timers_);
  const auto entry = std::make_shared<Entry>(*this, exchange, state);
  entries_.emplace(state.get(), entry);
  exchange->set_listener(entry);
  return state;
}

PendingRequests::ExchangePtr PendingRequests::take(detail::RequestState& state) {
  const auto taken = entries_.extract(&state);
  if (taken.empty()) return nullptr;
  state.set_answered();
  return taken.mapped()->exchange;
}

void PendingRequests::close(detail::RequestState& state) {
  const auto closed = entries_.extract(&state);
  if (!closed.empty()) state.close();
}

HttpRequest public_request(std::shared_ptr<detail::RequestState> state, std::string address) {
  const http::Request& request = state->request();
  HttpRequest seen(std::move(state));
  seen.method = request.method;
  seen.target = request.target;
  seen.path = http::percent_decode(request.path());
  seen.query = request.query();
  seen.body = request.body;
  seen.address = std::move(address);
  seen.headers.reserve(request.headers.size());
  for (const auto [name, value] : request.headers) seen.headers.emplace_back(name, value);
  return seen;
}

}  // namespace server
}  // namespace socketio
