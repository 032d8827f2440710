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

/// Larger files are not for serve_folder: they would hold up the loop and be in memory twice.
constexpr std::uintmax_t file_limit_bytes = 64 * 1024 * 1024;

/// A file that may be served, not opened yet.
struct FoundFile {
  std::string path;  // links resolved
  std::uintmax_t size_bytes;
  std::string etag;
  bool is_index;  // a folder was asked for
};

/// Nothing if there is no such file, or it must not be served: outside `root` or with a leading dot
/// in the name of it or of a folder below `root`, links followed; not a regular file. `path` is
/// decoded and relative; a folder means its index.html.
std::optional<FoundFile> find_file(const std::string& root, std::string_view path);

/// Nothing if it cannot be opened. An omitted body is not read; Content-Length tells its size.
std::optional<HttpResponse> file_response(const FoundFile& file, std::string_view if_none_match,
                                          http::Body body = http::Body::included);

/// By the ending of the name, in capitals or not; "application/octet-stream" if unknown.
std::string_view content_type(std::string_view file_name);

/// True if the header If-None-Match names `etag` (weak comparison).
bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace socketio::server
