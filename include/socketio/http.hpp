// SPDX-License-Identifier: MIT
// HTTP beside Socket.IO on the same port, so that an application needs no second server: a request
// hook, routes with parameters, JSON, and static folders.
//
//   io.http().get("/health", [](const HttpRequest&) { return HttpResponse::text("ok"); });
//   io.http().get("/users/:id", [](const HttpRequest& request) {
//     return HttpResponse::of_json({{"id", request.param("id")}});
//   });
//   io.http().serve_folder("/", "web/dist");
//
// Handlers run on the loop: what takes long belongs elsewhere. What they throw becomes 500 and
// reaches the error hook. Register before the server runs.
#pragma once

#include <socketio/json.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio {

namespace server {
class RouterState;
}

/// One request. Views live during the handler's call.
class HttpRequest {
 public:
  std::string_view method;
  std::string path;        ///< Decoded, without query; starts with '/'.
  std::string_view query;  ///< Raw, after '?'.
  std::string_view body;
  std::string address;  ///< Of the peer, without port.
  std::vector<std::pair<std::string_view, std::string_view>> headers;  ///< Line by line.
  std::vector<std::pair<std::string, std::string>>
      params;  ///< From the route's `:name` parts, decoded.

  /// Value of a header, case-insensitively; empty if absent. One that came several times is what
  /// Handshake::headers has.
  std::string_view header(std::string_view name) const;
  /// Value of a `:name` part; empty if there is none.
  std::string_view param(std::string_view name) const;
  /// Decoded value of a query parameter; empty if absent.
  std::string query_value(std::string_view name) const;
  /// The body as JSON; nothing if it is not JSON.
  std::optional<json> body_json() const;

 private:
  mutable std::map<std::string, std::string, std::less<>> joined_;  // by header(), where it had to
};

/// What a handler answers. Content-Length and Connection are added by the server; headers with
/// control characters are left out; a status outside 200 to 599 is an error like an exception.
struct HttpResponse {
  std::uint16_t status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  static HttpResponse text(std::string text, std::uint16_t status = 200);
  static HttpResponse of_json(const json& value, std::uint16_t status = 200);
};

/// How a folder is served.
struct FolderOptions {
  /// A file of the folder, such as "index.html", that answers for paths where there is none: for
  /// pages whose own script reads the path. Its links have to begin with a slash. Paths whose last
  /// part has a dot, and clients that take no HTML, get 404 still. Empty: none.
  std::string fallback{};
};

using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

/// Routes of one server. HEAD is answered like GET without body; a known path with another method
/// gets 405 with Allow.
class Router {
 public:
  explicit Router(std::shared_ptr<server::RouterState> state) : state_(std::move(state)) {}

  void get(std::string path, HttpHandler handler) {
    add("GET", std::move(path), std::move(handler));
  }
  void post(std::string path, HttpHandler handler) {
    add("POST", std::move(path), std::move(handler));
  }
  void put(std::string path, HttpHandler handler) {
    add("PUT", std::move(path), std::move(handler));
  }
  void patch(std::string path, HttpHandler handler) {
    add("PATCH", std::move(path), std::move(handler));
  }
  void del(std::string path, HttpHandler handler) {
    add("DELETE", std::move(path), std::move(handler));
  }
  void add(std::string method, std::string path, HttpHandler handler);

  /// Serves the files below `folder` under `prefix`: content types, ETag, HEAD, index.html for
  /// folders, whose path gets a slash at its end by a redirect. Never a file outside it, never one
  /// whose name starts with a dot, nor by a link. Files are read whole, on the loop, up to 64 MiB
  /// each, and ranges are ignored: it is meant for the files of a page. A larger one is answered
  /// with 500 and reaches the error hook.
  void serve_folder(std::string prefix, std::string folder, FolderOptions options = {});

  /// Sees every request that is not Socket.IO's before the routes; an answer ends it there.
  void use(std::function<std::optional<HttpResponse>(const HttpRequest&)> hook);

 private:
  std::shared_ptr<server::RouterState> state_;
};

}  // namespace socketio
