// SPDX-License-Identifier: MIT
// Cross-origin resource sharing (Fetch standard, section "CORS protocol"), with the semantics of
// the reference's `cors` option. Pure functions over one request; loop's thread.
#pragma once

#include "codec/http/message.hpp"

#include <socketio/server_options.hpp>

#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace socketio::server {

class Cors {
 public:
  explicit Cors(CorsOptions options);

  bool enabled() const { return enabled_; }
  /// The hook is called while an exception of the predicate or of a pattern is being handled.
  void set_error_hook(std::function<void()> hook) { error_hook_ = std::move(hook); }
  /// Adds the headers that every response to `request` has.
  void add_headers(const http::Request& request, http::Headers& headers) const;
  /// The complete response to a preflight request, or nothing if the request is not one.
  std::optional<http::Response> preflight(const http::Request& request) const;
  /// Whether a WebSocket may be opened. Browsers send the origin, even if it is this server's own,
  /// and leave the check to the server. `host` is the one that the client has asked for.
  bool allows_websocket(const http::Request& request, std::string_view host) const;

 private:
  bool matches(std::string_view origin) const;
  bool allows_any() const;

  CorsOptions options_;
  bool enabled_;
  std::function<void()> error_hook_;
};

}  // namespace socketio::server
