// SPDX-License-Identifier: MIT
// A packet middleware that drops events beyond a rate. Limits that hold for all clients are in Limits
// (server_options.hpp).
#pragma once

#include <socketio/middleware.hpp>
#include <socketio/token_bucket.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio {

/// A packet middleware: events beyond the rate are dropped, and `on_error` gets "rate limit exceeded"
/// with `{"event": name}` as data. All events count, or only the named ones together. An event that
/// is dropped is not acknowledged. Each call makes a bucket of its own, so call it for each socket:
///
///   io.on_connection([](Socket socket) {
///     socket.use(limit_events({.per_second = 20, .burst = 40}));
///     socket.use(limit_events({.per_second = 1, .burst = 5}, {"message"}));
///   });
inline auto limit_events(Rate rate, std::vector<std::string> names = {}) {
  return [bucket = std::make_shared<TokenBucket>(rate), names = std::move(names)](
             const Event& event, const Next& next) {
    const bool counts =
        names.empty() || std::find(names.begin(), names.end(), event.name) != names.end();
    if (!counts || bucket->take()) return next();
    next(MiddlewareError{"rate limit exceeded", {{"event", event.name}}});
  };
}

}  // namespace socketio
