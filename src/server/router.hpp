// SPDX-License-Identifier: MIT
// Routes of what lives beside Socket.IO: hooks, then method and path with `:params`, then folders.
// What Router is a handle to. Loop's thread only.
#pragma once

#include "codec/http/message.hpp"

#include <socketio/http.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::server {

using HttpHook = std::function<std::optional<HttpResponse>(const HttpRequest&)>;
using HttpErrorHook = std::function<void(const HttpRequest&)>;

class RouterState {
 public:
  void add(std::string method, std::string path, HttpHandler handler);
  void serve_folder(std::string prefix, std::string folder, FolderOptions options = {});
  void use(HttpHook hook) { hooks_.push_back(std::move(hook)); }
  /// The answer to any request: 404 if nothing matches, 405 if only the method does not, 500 if a
  /// handler throws or what it answers has no status of an answer. `report` is called while what
  /// was thrown is being handled.
  http::Response answer(const http::Request& request, std::string_view remote_address,
                        const HttpErrorHook& report) const;

 private:
  using Segments = std::vector<std::string>;
  struct Route {
    std::string method;
    Segments segments;
    HttpHandler handler;
  };
  struct Folder {
    std::string prefix;
    std::string root;
    std::string fallback;
  };

  /// `path` is not decoded yet.
  std::optional<HttpResponse> find(std::string_view path, HttpRequest& request) const;
  std::optional<HttpResponse> route(std::string_view path, HttpRequest& request) const;
  std::optional<HttpResponse> file(std::string_view path, const HttpRequest& request) const;
  std::optional<HttpResponse> fallback(const HttpRequest& request) const;

  std::vector<HttpHook> hooks_;
  std::vector<Route> routes_;
  std::vector<Folder> folders_;
};

/// The request as applications see it; views `request`.
HttpRequest public_request(const http::Request& request, std::string_view remote_address);
http::Response wire_response(HttpResponse response);

}  // namespace socketio::server
