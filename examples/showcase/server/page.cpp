// SPDX-License-Identifier: MIT
#include "page.hpp"

#include "sources.hpp"

#include <optional>
#include <stdexcept>
#include <string>

namespace showcase {
namespace {

using socketio::HttpRequest;
using socketio::HttpResponse;

HttpResponse source_response(const HttpRequest& request) {
  const auto source = source_of(request.param("file"));
  if (!source) return HttpResponse::text("There is no such source file.", 404);
  return HttpResponse::text(std::string(*source));
}

/// Programs ask there: the page would mislead them.
std::optional<HttpResponse> unknown_api(const HttpRequest& request) {
  if (!request.path.starts_with("/api/")) return std::nullopt;
  return HttpResponse::of_json({{"error", "There is nothing at this address."}}, 404);
}

}  // namespace

void serve_page(socketio::Router& http, const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / "index.html")) {
    throw std::runtime_error("no page in " + folder.string() +
                             "; ./dev run builds it, --web names another folder");
  }
  http.get("/source/:file", source_response);
  http.use_last(unknown_api);
  // Which paths there are is known to the page's own router (web/src/applications.ts).
  http.serve_folder("/", folder.string(), {.fallback = "index.html"});
}

}  // namespace showcase
