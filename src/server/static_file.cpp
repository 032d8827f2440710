// SPDX-License-Identifier: MIT
#include "server/static_file.hpp"

#include "codec/http/message.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace socketio::server {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 28> content_types{{
    {".html", "text/html; charset=utf-8"},
    {".htm", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".map", "application/json; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".csv", "text/csv; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".webp", "image/webp"},
    {".avif", "image/avif"},
    {".ico", "image/x-icon"},
    {".mp3", "audio/mpeg"},
    {".mp4", "video/mp4"},
    {".webm", "video/webm"},
    {".ttf", "font/ttf"},
    {".otf", "font/otf"},
    {".woff", "font/woff"},
    {".woff2", "font/woff2"},
    {".wasm", "application/wasm"},
    {".pdf", "application/pdf"},
    {".xml", "application/xml"},
    {".webmanifest", "application/manifest+json"},
}};

bool is_allowed(std::string_view path) {
  if (path.starts_with('/'))
    // It would replace the folder, and reveal its location to whoever guesses it.
    return false;
  if (path.find('\0') != std::string_view::npos || path.find('\\') != std::string_view::npos)
    return false;
  while (!path.empty()) {
    const auto slash = path.find('/');
    // "..", "." and hidden files.
    if (path.substr(0, slash).starts_with('.')) return false;
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return true;
}

std::string etag_of(const fs::path& file, std::uintmax_t size, std::error_code& error) {
  const auto modified = fs::last_write_time(file, error).time_since_epoch().count();
  return "\"" + std::to_string(size) + "-" + std::to_string(modified) + "\"";
}

}  // namespace

std::string_view content_type(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  if (dot != std::string_view::npos) {
    for (const auto& [ending, type] : content_types) {
      if (http::equals_ignoring_case(file_name.substr(dot), ending)) return type;
    }
  }
  return "application/octet-stream";
}

bool etag_matches(std::string_view if_none_match, std::string_view etag) {
  if (if_none_match == "*") return true;
  const auto found = if_none_match.find(etag);
  return !etag.empty() && found != std::string_view::npos;
}

std::optional<FoundFile> find_file(const std::string& root, std::string_view path) {
  if (!is_allowed(path)) return std::nullopt;
  std::error_code error;
  const fs::path base = fs::canonical(root, error);
  if (error) return std::nullopt;
  fs::path file = fs::canonical(base / fs::path(path), error);
  const bool is_index = !error && fs::is_directory(file, error);
  if (is_index) file = fs::canonical(file / "index.html", error);
  // A link may lead outside of the folder; only the root itself may be hidden.
  if (error || !is_allowed(file.lexically_relative(base).native())) return std::nullopt;
  if (!fs::is_regular_file(file, error)) return std::nullopt;
  const auto size = fs::file_size(file, error);
  if (error) return std::nullopt;
  return FoundFile{file.native(), size, etag_of(file, size, error), is_index};
}

std::optional<HttpResponse> file_response(const FoundFile& file, std::string_view if_none_match,
                                          http::Body body) {
  HttpResponse response;
  response.headers = {{"Content-Type", std::string(content_type(file.path))},
                      {"ETag", file.etag},
                      {"Cache-Control", "no-cache"},
                      {"X-Content-Type-Options", "nosniff"}};
  if (etag_matches(if_none_match, file.etag)) {
    response.status = 304;
    return response;
  }
  std::ifstream stream(file.path, std::ios::binary);
  if (!stream) return std::nullopt;
  if (body == http::Body::omitted) {
    response.headers.emplace_back("Content-Length", std::to_string(file.size_bytes));
    return response;
  }
  response.body.resize(file.size_bytes);
  stream.read(response.body.data(), static_cast<std::streamsize>(file.size_bytes));
  response.body.resize(static_cast<std::size_t>(stream.gcount()));
  return response;
}

}  // namespace socketio::server
