// SPDX-License-Identifier: MIT
// fail_later(): an attempt to connect that failed before it began. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "base/loop.hpp"

#include <memory>
#include <utility>

namespace socketio::net {

/// Calls `done` later in this turn, unless the attempt is destroyed before.
inline std::unique_ptr<Connector::Attempt> fail_later(Loop& loop, ConnectFailure failure,
                                                      Connector::Done done) {
  struct Failed final : Connector::Attempt {
    std::shared_ptr<Connector::Done> done;
  };
  auto attempt = std::make_unique<Failed>();
  attempt->done = std::make_shared<Connector::Done>(std::move(done));
  loop.defer([weak = std::weak_ptr(attempt->done), failure = std::move(failure)] {
    if (const auto told = weak.lock()) (*told)(nullptr, failure);
  });
  return attempt;
}

}  // namespace socketio::net
