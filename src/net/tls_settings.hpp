// SPDX-License-Identifier: MIT
// The settings of TLS, for a client and for a server. The fields are those of socketio::TlsOptions
// and socketio::ServerTlsOptions, which say what they mean; this layer does not include the public
// headers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

// OpenSSL's SSL_CTX
struct ssl_ctx_st;

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
  // Whoever uses it takes a reference.
  ssl_ctx_st* context = nullptr;
};

struct TlsServerSettings {
  struct Certificate {
    std::string certificate_file{};
    std::string certificate_pem{};
    std::string key_file{};
    std::string key_pem{};
    std::string key_password{};
  };
  std::vector<Certificate> certificates{};
  enum class ClientCertificates : std::uint8_t { none, request, require };
  ClientCertificates client_certificates = ClientCertificates::none;
  std::string ca_file{};
  std::string ca_pem{};
  // Whoever uses it takes a reference.
  ssl_ctx_st* context = nullptr;
};

}  // namespace socketio::net
