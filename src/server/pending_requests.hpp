// SPDX-License-Identifier: MIT
// PendingRequests: the requests of one loop that the application answers or decides on, now or later,
// from any thread: those of the router, and those of the engine for its middlewares and options.
//
// Life cycle of a request: open() -> the responder answers, or all its copies are dropped, or the
// client closes the connection. What is left when the loop ends gets no answer. Loop's thread only,
// but responders may be used on any thread.
#pragma once

#include "engine/server/exchange.hpp"
#include "server/request_state.hpp"

#include <socketio/http.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

namespace socketio::server {

/// The request as applications see it.
HttpRequest public_request(std::shared_ptr<detail::RequestState> state, std::string address);

class PendingRequests : public std::enable_shared_from_this<PendingRequests> {
 public:
  using ExchangePtr = std::shared_ptr<engine::Exchange>;
  /// Called on the loop with the outcome; the exchange is null if its client is gone.
  template <class T>
  using Finish = std::function<void(const ExchangePtr& exchange, const http::Request& request,
                                    detail::Answered<T> answered)>;
  template <class T>
  struct Opened {
    HttpRequest request;
    Responder<T> answer;
  };

  /// Without timers an answer is processed on the thread that gives it.
  explicit PendingRequests(std::shared_ptr<core::Timers> timers) : timers_(std::move(timers)) {}

  const std::shared_ptr<core::Timers>& timers() const { return timers_; }

  /// Keeps the exchange until it is answered. `request` is its own, or a copy of it.
  template <class T>
  Opened<T> open(const ExchangePtr& exchange, http::Request request, Finish<T> finish) {
    const auto state = add(exchange, std::move(request));
    auto complete = [weak = weak_from_this(), timers = timers_, state,
                     finish = std::move(finish)](detail::Answered<T> answered) {
      auto take = [weak, state, finish, answered = std::move(answered)]() mutable {
        const auto self = weak.lock();
        if (self) finish(self->take(*state), state->request(), std::move(answered));
      };
      timers ? timers->run(std::move(take)) : take();
    };
    return {public_request(state, exchange->remote_address()), Responder<T>(std::move(complete))};
  }

  /// Asks the application's function, which does not see the body: it may not have arrived.
  /// `report(const std::exception_ptr&)` gets what the function throws.
  /// `done(exchange, std::optional<T>)` is called, unless the client goes, with what it answers:
  /// nothing if it throws or drops its responder.
  template <class T, class Report, class Done>
  void ask(const RequestHandler<T>& function, const ExchangePtr& exchange, Report report,
           Done done) {
    const auto opened =
        open<T>(exchange, http::without_body(exchange->request()),
                [report = std::move(report), done = std::move(done)](
                    const ExchangePtr& answered, const http::Request&, detail::Answered<T> given) {
                  if (given.thrown) report(given.thrown);
                  if (answered) done(answered, std::move(given.value));
                });
    try {
      function(timers_, opened.request, opened.answer);
    } catch (...) {
      opened.answer.fail(std::current_exception());
    }
  }

 private:
  class Entry;

  std::shared_ptr<detail::RequestState> add(const ExchangePtr& exchange, http::Request request);
  /// Null if the client is gone.
  ExchangePtr take(detail::RequestState& state);
  void close(detail::RequestState& state);

  const std::shared_ptr<core::Timers> timers_;
  std::unordered_map<const detail::RequestState*, std::shared_ptr<Entry>> entries_;
};

}  // namespace socketio::server
