// SPDX-License-Identifier: MIT
#include "engine/server/opening_request.hpp"

#include <algorithm>
#include <cstddef>

namespace socketio::engine {

OpeningRequest::OpeningRequest(const http::Request& request, std::string_view remote_address)
    : target_bytes_(static_cast<std::uint32_t>(request.target.size())),
      address_bytes_(static_cast<std::uint32_t>(remote_address.size())) {
  const http::Headers& headers = request.headers;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers.at(i);
    headers_bytes_ += static_cast<std::uint32_t>(name.size() + value.size() + 2);
  }
  block_.reset(new char[std::size_t{target_bytes_} + address_bytes_ + headers_bytes_]);
  char* end = std::ranges::copy(request.target, block_.get()).out;
  end = std::ranges::copy(remote_address, end).out;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers.at(i);
    end = std::ranges::copy(name, end).out;
    *end++ = ':';
    end = std::ranges::copy(value, end).out;
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
