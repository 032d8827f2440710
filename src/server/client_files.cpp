// SPDX-License-Identifier: MIT
#include "server/client_files.hpp"

#include "codec/http/compression.hpp"
#include "server/static_file.hpp"

#include <algorithm>
#include <string>

namespace socketio::server {

std::optional<http::Response> client_file_response(const ClientFiles& client, std::string_view name,
                                                   const http::Headers& asked) {
  const auto file = std::find_if(client.files.begin(), client.files.end(),
                                 [&](const ClientFile& one) { return one.name == name; });
  if (file == client.files.end()) return std::nullopt;
  const std::string etag = '"' + std::string(client.version) + '"';
  http::Response response;
  // The reference's, except for Vary.
  response.headers.add("Cache-Control", "public, max-age=0");
  response.headers.add("ETag", etag);
  response.headers.add("Vary", "Accept-Encoding");
  if (etag_matches(asked.joined("if-none-match"), etag)) {
    response.status = 304;
    return response;
  }
  response.headers.add("Content-Type", name.ends_with(".map")
                                           ? "application/json; charset=utf-8"
                                           : "application/javascript; charset=utf-8");
  const std::string codings = asked.joined("accept-encoding");
  if (http::accepts(codings, "br")) {
    response.headers.add("Content-Encoding", "br");
    response.body = file->brotli;
  } else if (http::accepts(codings, "gzip")) {
    response.headers.add("Content-Encoding", "gzip");
    response.body = file->gzip;
  } else {
    response.body = http::gunzip(file->gzip, file->size_bytes);
  }
  return response;
}

}  // namespace socketio::server
