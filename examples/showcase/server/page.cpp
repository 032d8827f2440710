// SPDX-License-Identifier: MIT
#include "page.hpp"

#include "sources.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace showcase {
namespace {

using socketio::HttpRequest;
using socketio::HttpResponse;

/// Those that the page's router knows (web/src/applications.ts). They name no files: whoever opens
/// one by its address gets index.html.
constexpr std::array paths{"/chat",          "/rooms",     "/private-messages",
                           "/notifications", "/dashboard", "/account",
                           "/namespaces",    "/arena",     "/errors"};

HttpResponse source_response(const HttpRequest& request) {
  const auto source = source_of(request.param("file"));
  if (!source) return HttpResponse::text("There is no such source file.", 404);
  return HttpResponse::text(std::string(*source));
}

HttpResponse index_response(const std::filesystem::path& index) {
  std::ifstream file(index, std::ios::binary);
  if (!file) return HttpResponse::text("The page has been taken away.", 500);
  return {200,
          {{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-cache"}},
          std::string(std::istreambuf_iterator<char>(file), {})};
}

}  // namespace

void serve_page(socketio::Router& http, const std::filesystem::path& folder) {
  const auto index = folder / "index.html";
  if (!std::filesystem::exists(index)) {
    throw std::runtime_error("no page in " + folder.string() +
                             "; ./dev run builds it, --web names another folder");
  }
  http.get("/source/:file", source_response);
  for (const char* path : paths)
    http.get(path, [index](const HttpRequest&) { return index_response(index); });
  http.serve_folder("/", folder.string());
}

}  // namespace showcase
