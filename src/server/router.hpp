// SPDX-License-Identifier: MIT
// The routes besides Socket.IO: first hooks, then method and path with `:params`, then folders,
// last hooks and fallbacks.
// Router is a handle to it. Loop's thread only.
#pragma once

#include "codec/http/message.hpp"

#include <socketio/http.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace socketio::server {

using HttpHook = std::function<std::optional<HttpResponse>(const HttpRequest&)>;
/// Called while what was thrown is being handled.
using HttpErrorHook = std::function<void(const http::Request&)>;

class RouterState {
 public:
  void add(std::string method, std::string path, HttpHandler handler);
  void serve_folder(std::string prefix, std::string folder, FolderOptions options = {});
  void use(HttpHook hook) { hooks_.push_back(std::make_shared<const HttpHook>(std::move(hook))); }
  void use_last(HttpHook hook) {
    last_hooks_.push_back(std::make_shared<const HttpHook>(std::move(hook)));
  }
  /// Answers any request, now or later: 404 if nothing matches, 405 if only the method does not.
  /// Handlers that are coroutines belong to `loop`.
  void answer(HttpRequest request, const std::shared_ptr<detail::TaskLoop>& loop,
              const HttpResponder& answer) const;

 private:
  using Segments = std::vector<std::string>;
  struct Route {
    std::string method;
    Segments segments;
    // Shared, because a handler may add routes while it runs.
    std::shared_ptr<const HttpHandler> handler;
  };
  struct Folder {
    std::string prefix;
    std::string root;
    std::string fallback;
  };

  void find_answer(HttpRequest& request, const std::shared_ptr<detail::TaskLoop>& loop,
                   const HttpResponder& answer) const;
  using Hooks = std::vector<std::shared_ptr<const HttpHook>>;
  static std::optional<HttpResponse> ask(const Hooks& hooks, const HttpRequest& request);
  /// The handler of the route, or an answer without one. `path` has not been decoded.
  using Routed = std::variant<std::monostate, std::shared_ptr<const HttpHandler>, HttpResponse>;
  Routed route(std::string_view path, HttpRequest& request) const;
  std::optional<HttpResponse> file(std::string_view path, const HttpRequest& request) const;
  std::optional<HttpResponse> fallback(const HttpRequest& request) const;

  Hooks hooks_;
  Hooks last_hooks_;
  std::vector<Route> routes_;
  std::vector<Folder> folders_;
};

http::Response wire_response(HttpResponse response);
/// The response for a handler's outcome: 500 if it threw, dropped its responder, or chose a status
/// that no answer can have.
http::Response checked_response(detail::Answered<HttpResponse> answered,
                                const http::Request& request, const HttpErrorHook& report);

}  // namespace socketio::server
