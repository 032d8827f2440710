// SPDX-License-Identifier: MIT
// One file of a folder as an HTTP response: content type, ETag, conditional requests (RFC 9110
// section 13). Blocking reads of the whole file: meant for the small files of a web page.
#pragma once

#include "codec/http/writer.hpp"

#include <socketio/http.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::server {

/// serve_folder refuses larger files: they would block the loop and be in memory twice.
constexpr std::uintmax_t file_limit_bytes = 64 * 1024 * 1024;

/// A file that may be served and has not been opened.
struct FoundFile {
  // Links are resolved.
  std::string path;
  std::uintmax_t size_bytes;
  std::string etag;
  // The request was for a folder.
  bool is_index;
};

/// Nothing if there is no such file or it must not be served: it is outside `root` (after resolving
/// links), its name or that of a folder below `root` begins with a dot, or it is not a regular
/// file. `path` is decoded and relative; a folder means its index.html.
std::optional<FoundFile> find_file(const std::string& root, std::string_view path);

/// Nothing if it cannot be opened. An omitted body is not read; Content-Length has its size.
std::optional<HttpResponse> file_response(const FoundFile& file, std::string_view if_none_match,
                                          http::Body body = http::Body::included);

/// Determined by the extension, regardless of case; "application/octet-stream" if it is unknown.
std::string_view content_type(std::string_view file_name);

/// True if the header If-None-Match names `etag` (weak comparison).
bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace socketio::server
