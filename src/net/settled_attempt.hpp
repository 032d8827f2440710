// SPDX-License-Identifier: MIT
// fail_later(), succeed_later(): attempts to connect whose result was known when they began. Loop's
// thread only.
#pragma once

#include "base/connector.hpp"
#include "base/loop.hpp"

#include <memory>
#include <utility>

namespace socketio::net {

/// Calls `done` later in this turn, unless the attempt is destroyed before. Without a stream it
/// gets the failure.
class SettledAttempt final : public Connector::Attempt {
 public:
  SettledAttempt(Loop& loop, std::shared_ptr<Stream> stream, ConnectFailure failure,
                 Connector::Done done)
      : result_(std::make_shared<Result>(
            Result{std::move(stream), std::move(failure), std::move(done)})) {
    loop.defer([weak = std::weak_ptr(result_)] {
      if (const auto result = weak.lock()) {
        result->done(std::exchange(result->stream, nullptr), result->failure);
      }
    });
  }
  ~SettledAttempt() override {
    if (result_->stream) result_->stream->close();
  }

 private:
  struct Result {
    std::shared_ptr<Stream> stream;
    ConnectFailure failure;
    Connector::Done done;
  };
  std::shared_ptr<Result> result_;
};

inline std::unique_ptr<Connector::Attempt> fail_later(Loop& loop, ConnectFailure failure,
                                                      Connector::Done done) {
  return std::make_unique<SettledAttempt>(loop, nullptr, std::move(failure), std::move(done));
}

inline std::unique_ptr<Connector::Attempt> succeed_later(Loop& loop, std::shared_ptr<Stream> stream,
                                                         Connector::Done done) {
  return std::make_unique<SettledAttempt>(loop, std::move(stream), ConnectFailure{},
                                          std::move(done));
}

}  // namespace socketio::net
