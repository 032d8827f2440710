// SPDX-License-Identifier: MIT
#include "engine/server/opening_request.hpp"

#include <cstddef>

namespace socketio::engine {

OpeningRequest::OpeningRequest(const http::Request& request, std::string_view remote_address)
    : target_bytes_(static_cast<std::uint32_t>(request.target.size())),
      address_bytes_(static_cast<std::uint32_t>(remote_address.size())) {
  const http::Headers& headers = request.headers;
  for (const auto [name, value] : headers) {
    headers_bytes_ += static_cast<std::uint32_t>(name.size() + value.size() + 2);
  }
  block_.reset(new char[std::size_t{target_bytes_} + address_bytes_ + headers_bytes_]);
  char* end = block_.get();
  const auto append = [&](std::string_view text) { end += text.copy(end, text.size()); };
  append(request.target);
  append(remote_address);
  for (const auto [name, value] : headers) {
    append(name);
    *end++ = ':';
    append(value);
    *end++ = '\n';
  }
}

http::Headers OpeningRequest::headers() const {
  std::string_view lines{block_.get() + target_bytes_ + address_bytes_, headers_bytes_};
  http::Headers headers;
  while (!lines.empty()) {
    const std::size_t colon = lines.find(':');
    const std::size_t end = lines.find('\n', colon);
    headers.add(lines.substr(0, colon), lines.substr(colon + 1, end - colon - 1));
    lines.remove_prefix(end + 1);
  }
  return headers;
}

}  // namespace socketio::engine
