// SPDX-License-Identifier: MIT
// The header of the PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): what a proxy
// sends before anything else, to say whose connection it passes on.
//
// HeaderReader takes bytes as they arrive. It keeps at most 107 of them, whatever is announced:
// further fields (TLVs) are skipped. After an error it is of no further use.
#pragma once

#include "base/result.hpp"
#include "codec/ip/address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::proxy {

enum class Errc : std::uint8_t {
  no_header,    // the connection begins with something else
  bad_header,   // it does not follow the specification
  header_size,  // longer than header_limit_bytes
};

/// Version 2 allows 64 KiB. What proxies send has less than 300 bytes, but for clients' certificates.
inline constexpr std::size_t header_limit_bytes = 4096;

class HeaderReader {
 public:
  /// Returns how many bytes belong to the header: all of them, unless it is done().
  Result<std::size_t, Errc> feed(std::string_view bytes);
  bool done() const { return done_; }
  /// The client's. Nothing if the proxy speaks for itself (LOCAL), or does not know (UNKNOWN), or
  /// the client has no IP address.
  const std::optional<ip::Address>& source() const { return source_; }

 private:
  std::optional<Errc> examine();
  std::optional<Errc> examine_line();
  std::optional<Errc> examine_fields();
  std::optional<Errc> begin_version_2();

  std::string head_;
  std::optional<ip::Address> source_;
  std::size_t address_bytes_ = 0;
  std::size_t skipped_bytes_ = 0;  // still to come
  bool done_ = false;
};

}  // namespace socketio::proxy
