// SPDX-License-Identifier: MIT
// One file of a folder as an HTTP response: content type, ETag, conditional requests (RFC 9110
// section 13). Blocking reads: meant for the small files of a web page.
#pragma once

#include <socketio/http.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace socketio::server {

/// Nothing if there is no such file, or it must not be served: outside `root` or with a leading dot
/// in the name of it or of a folder below `root`, links followed; not a regular file. `path` is
/// decoded and relative; a folder means its index.html.
std::optional<HttpResponse> static_file(const std::string& root, std::string_view path,
                                        std::string_view if_none_match);

/// By the ending of the name, in capitals or not; "application/octet-stream" if unknown.
std::string_view content_type(std::string_view file_name);

/// True if the header If-None-Match names `etag` (weak comparison).
bool etag_matches(std::string_view if_none_match, std::string_view etag);

}  // namespace socketio::server
