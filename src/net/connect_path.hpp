// SPDX-License-Identifier: MIT
// ConnectPath: the way to a server, step by step: each step is an attempt that gets the previous
// one's stream. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "base/loop.hpp"

#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace socketio::net {

class ConnectPath : public Connector::Attempt {
 protected:
  using Attempt = Connector::Attempt;
  using Done = Connector::Done;

  ConnectPath(Loop& loop, Done done) : loop_(loop), done_(std::move(done)) {}

  /// What a step calls at its end: continues with `use(stream)` unless the step failed. A
  /// destroyed step calls nothing, so `this` is alive.
  template <class Use>
  Done next(Use use, std::string prefix = {}) {
    return [this, use, prefix = std::move(prefix)](std::shared_ptr<Stream> stream,
                                                   const ConnectFailure& failure) {
      try {
        if (stream) return use(stream);
        finish(nullptr, {failure.code, prefix + failure.message});
      } catch (...) {
        stream ? stream->on_exception() : loop_.report_exception();
        if (done_) finish(nullptr, {std::make_error_code(std::errc::not_enough_memory), {}});
      }
    };
  }
  void finish(std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
    const auto done = std::exchange(done_, nullptr);
    done(std::move(stream), failure);
  }

  std::unique_ptr<Attempt> step_;

 private:
  Loop& loop_;
  Done done_;
};

}  // namespace socketio::net
