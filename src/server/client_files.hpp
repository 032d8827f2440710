// SPDX-License-Identifier: MIT
// ClientFiles: the browser client that a server carries (ServerOptions::serve_client), and its files as
// responses. cmake/client_files.cmake builds them in. Pure functions.
#pragma once

#include "codec/http/message.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace socketio::server {

struct ClientFile {
  std::string_view name;
  std::size_t size_bytes;
  // As they are sent. Who accepts neither gets what `gzip` was made of.
  std::string_view gzip;
  std::string_view brotli;
};

struct ClientFiles {
  // Of all of them.
  std::string_view version;
  std::span<const ClientFile> files;
};

/// Written by the build, which may have had none.
ClientFiles built_in_client_files();

/// Nothing if there is no such file. `asked`: the request's headers.
std::optional<http::Response> client_file_response(const ClientFiles& client, std::string_view name,
                                                   const http::Headers& asked);

}  // namespace socketio::server
