// SPDX-License-Identifier: MIT
// Engine: what concerns a server's connections below Socket.IO (`io.engine` in JavaScript): the
// requests of its transports, and the headers of the responses to them.
//
//   io.engine().use([](const HttpRequest& request) -> EngineDecision {
//     if (request.header("x-key") == "secret") return {.headers = {{"x-seen", "1"}}};
//     return {.response = HttpResponse::text("not you", 401)};
//   });
//   io.engine().on_initial_headers([](ResponseHeaders& headers) { headers.set("x-first", "1"); });
//
// Register functions before the server runs, or from any thread; each loop has copies, and calls them.
// The requests that they see have no body.
#pragma once

#include <socketio/http.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

namespace http {
class Headers;
}
namespace server {
class ServerState;
}

/// What a middleware of the engine decides on a request.
struct EngineDecision {
  /// Added to the response, whatever it is. For a WebSocket that is the response 101.
  std::vector<std::pair<std::string, std::string>> headers{};
  /// Answers the request, which then reaches nobody else. Nothing: the request goes on.
  std::optional<HttpResponse> response{};
};

/// The headers of a response that is about to be sent. Valid during the call; names and values with
/// control characters are left out of the response.
class ResponseHeaders {
 public:
  /// For the library.
  explicit ResponseHeaders(http::Headers& headers) : headers_(headers) {}
  ResponseHeaders(const ResponseHeaders&) = delete;
  ResponseHeaders& operator=(const ResponseHeaders&) = delete;

  /// Replaces every header of that name.
  void set(std::string_view name, std::string_view value);
  /// Adds one more line, as Set-Cookie needs.
  void add(std::string_view name, std::string_view value);
  /// The first value of that name, until the headers change; empty if there is none.
  std::string_view get(std::string_view name) const;

 private:
  http::Headers& headers_;
};

class Engine {
 public:
  /// For the library.
  explicit Engine(server::ServerState& server) : server_(server) {}

  /// A middleware sees every request below ServerOptions::path, except for the client's files and
  /// CORS preflights, in the order of registration and before anything is checked. It is a function
  /// that answers a request with an EngineDecision, now or later (RequestHandler in http.hpp). If it
  /// throws, or nobody decides, the request is refused with "Bad request"; what it throws reaches
  /// the error hook of "/" as "engine".
  template <class F>
  void use(F middleware) {
    add_middleware(RequestHandler<EngineDecision>(std::move(middleware)));
  }
  /// `[](ResponseHeaders& headers, const HttpRequest& request)` or without the request: before the
  /// response to the first request of a session, or the response 101 to a WebSocket that begins
  /// one. What it throws reaches the error hook of "/" as "initial_headers".
  template <class F>
  void on_initial_headers(F handler) {
    add_initial_headers_handler(make_handler(std::move(handler)));
  }
  /// The same for every response of the transports that is no refusal, as "headers".
  template <class F>
  void on_headers(F handler) {
    add_headers_handler(make_handler(std::move(handler)));
  }

  using HeadersHandler = std::function<void(ResponseHeaders& headers, const HttpRequest& request)>;

 private:
  template <class F>
  static HeadersHandler make_handler(F handler) {
    if constexpr (std::is_invocable_v<F&, ResponseHeaders&, const HttpRequest&>) {
      static_assert(std::is_void_v<std::invoke_result_t<F&, ResponseHeaders&, const HttpRequest&>>,
                    "socketio: nobody waits for this function, so it cannot be a coroutine");
      return handler;
    } else {
      static_assert(std::is_invocable_r_v<void, F&, ResponseHeaders&>,
                    "socketio: this function takes ResponseHeaders& and a const HttpRequest&");
      static_assert(std::is_void_v<std::invoke_result_t<F&, ResponseHeaders&>>,
                    "socketio: nobody waits for this function, so it cannot be a coroutine");
      return [handler = std::move(handler)](ResponseHeaders& headers, const HttpRequest&) mutable {
        handler(headers);
      };
    }
  }

  void add_middleware(RequestHandler<EngineDecision> middleware);
  void add_initial_headers_handler(HeadersHandler handler);
  void add_headers_handler(HeadersHandler handler);

  server::ServerState& server_;
};

}  // namespace socketio
