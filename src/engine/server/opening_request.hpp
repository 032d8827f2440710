// SPDX-License-Identifier: MIT
// OpeningRequest: the request that opened a session, kept for handshakes in one block of memory and
// decoded when somebody asks for it, because each idle session has one and few are ever looked at.
#pragma once

#include "codec/engineio/packet.hpp"
#include "codec/http/message.hpp"

#include <cstdint>
#include <memory>
#include <string_view>

namespace socketio::engine {

class OpeningRequest {
 public:
  OpeningRequest() = default;
  /// The headers are those of a request that http::RequestParser has read.
  OpeningRequest(const http::Request& request, std::string_view remote_address);

  // Views are valid as long as this object is.
  std::string_view target() const { return {block_.get(), target_bytes_}; }
  std::string_view remote_address() const { return {block_.get() + target_bytes_, address_bytes_}; }
  http::Headers headers() const;

  // By the wall clock.
  std::int64_t issued_ms = 0;
  engineio::Protocol protocol = engineio::Protocol::v4;
  bool secure = false;

 private:
  std::uint32_t target_bytes_ = 0;
  std::uint32_t address_bytes_ = 0;
  std::uint32_t headers_bytes_ = 0;
  // The target, the address, and a line for each header: name, ':', value, line feed.
  std::unique_ptr<char[]> block_;
};

}  // namespace socketio::engine
