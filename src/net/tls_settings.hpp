// SPDX-License-Identifier: MIT
// What a client's TLS can be told. The same fields as socketio::TlsOptions, which says what they
// mean; this layer does not see the public headers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace socketio::net {

struct TlsSettings {
  enum class Verify : std::uint8_t { peer, none };
  Verify verify = Verify::peer;
  std::string ca_file{};
  std::string ca_pem{};
  std::string certificate_file{};
  std::string key_file{};
  std::string key_password{};
  std::vector<std::string> pins{};
  std::string server_name{};
  ssl_ctx_st* context = nullptr;  // a reference is taken where it is used
};

}  // namespace socketio::net
