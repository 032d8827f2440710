// SPDX-License-Identifier: MIT
#include "net/tls_context.hpp"

#include "base/base64.hpp"
#include "net/tls_error.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>

namespace socketio::net {

namespace {

constexpr std::size_t sha256_bytes = 32;
constexpr std::size_t plain_padding_bytes = 64;
constexpr unsigned char offered_protocols[] = "\x08http/1.1";

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using OwnedCertificate = std::unique_ptr<X509, FreeCertificate>;

bool load_client_roots(SSL_CTX* context, const TlsSettings& settings, ConnectFailure& failure) {
  if (!settings.ca_file.empty() || !settings.ca_pem.empty()) {
    return load_roots(context, settings.ca_file, settings.ca_pem, failure);
  }
  if (SSL_CTX_set_default_verify_paths(context) == 1) return true;
  failure = bad_tls_settings("roots of the system");
  return false;
}

bool load_own_certificate(SSL_CTX* context, const TlsSettings& settings, ConnectFailure& failure) {
  if (settings.certificate_file.empty() && settings.key_file.empty()) return true;
  return load_certificate(context,
                          {.certificate_file = settings.certificate_file,
                           .key_file = settings.key_file,
                           .key_password = settings.key_password},
                          failure);
}

bool decode_pins(const TlsSettings& settings, std::vector<std::string>& pins,
                 ConnectFailure& failure) {
  for (const std::string& text : settings.pins) {
    auto pin = base64::decode(text);
    if (!pin || pin->size() != sha256_bytes) {
      failure = bad_tls_settings("pin \"" + text + '"', "not a SHA-256 in base64");
      return false;
    }
    pins.push_back(std::move(*pin));
  }
  return true;
}

/// What neither end lets a context of the user's decide.
bool set_common_options(SSL* connection) {
  if (SSL_get_min_proto_version(connection) < TLS1_2_VERSION &&
      SSL_set_min_proto_version(connection, TLS1_2_VERSION) != 1) {
    return false;
  }
  SSL_set_options(connection, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_set_mode(connection, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return true;
}

/// Sets the name that is sent to the server (SNI) and that its certificate must be valid for.
bool set_server_name(SSL* connection, std::string name) {
  X509_VERIFY_PARAM* const checks = SSL_get0_param(connection);
  boost::system::error_code not_numeric;
  boost::asio::ip::make_address(name, not_numeric);
  if (!not_numeric) {
    // Without the zone.
    const std::string address = name.substr(0, name.find('%'));
    return X509_VERIFY_PARAM_set1_ip_asc(checks, address.c_str()) == 1;
  }
  if (!name.empty() && name.back() == '.') name.pop_back();
  if (name.empty() || name.find('\0') != std::string::npos) return false;
  X509_VERIFY_PARAM_set_hostflags(checks, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(checks, name.data(), name.size()) == 1 &&
         SSL_set_tlsext_host_name(connection, name.c_str()) == 1;
}

}  // namespace

TlsContext::TlsContext(OwnedTlsContext context, const TlsSettings& settings,
                       std::vector<std::string> pins)
    : context_(std::move(context)),
      verify_(settings.verify),
      server_name_(settings.server_name),
      pins_(std::move(pins)) {}

TlsContext::TlsContext(std::shared_ptr<const TlsCertificates> certificates)
    : certificates_(std::move(certificates)) {}

std::shared_ptr<TlsContext> TlsContext::for_server(
    std::shared_ptr<const TlsCertificates> certificates) {
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(certificates)));
}

std::shared_ptr<TlsContext> TlsContext::for_client(const TlsSettings& settings,
                                                   ConnectFailure& failure) {
  ERR_clear_error();
  std::vector<std::string> pins;
  if (!decode_pins(settings, pins, failure)) return nullptr;
  OwnedTlsContext context;
  if (settings.context) {
    SSL_CTX_up_ref(settings.context);
    context.reset(settings.context);
  } else {
    context.reset(SSL_CTX_new(TLS_client_method()));
    if (!context) {
      failure = bad_tls_settings("context");
      return nullptr;
    }
    if (settings.verify == TlsSettings::Verify::peer &&
        !load_client_roots(context.get(), settings, failure)) {
      return nullptr;
    }
    if (!load_own_certificate(context.get(), settings, failure)) return nullptr;
  }
  return std::shared_ptr<TlsContext>(new TlsContext(std::move(context), settings, std::move(pins)));
}

ssl_st* TlsContext::make_client(const std::string& host) const {
  ERR_clear_error();
  std::unique_ptr<SSL, decltype(&SSL_free)> connection(SSL_new(context_.get()), &SSL_free);
  if (!connection) return nullptr;
  SSL* const ssl = connection.get();
  SSL_set_connect_state(ssl);
  SSL_set_verify(ssl, verify_ == TlsSettings::Verify::peer ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                 nullptr);
  if (!set_common_options(ssl)) return nullptr;
  if (SSL_set_alpn_protos(ssl, offered_protocols, sizeof offered_protocols - 1) != 0) {
    return nullptr;
  }
  if (!set_server_name(ssl, name_for(host))) return nullptr;
  return connection.release();
}

ssl_st* TlsContext::make_server() const {
  ERR_clear_error();
  std::unique_ptr<SSL, decltype(&SSL_free)> connection(certificates_->make_connection(), &SSL_free);
  if (!connection || !set_common_options(connection.get())) return nullptr;
  SSL_set_accept_state(connection.get());
  return connection.release();
}

bool TlsContext::allows_key_of(const ssl_st* connection) const {
  if (pins_.empty()) return true;
  const OwnedCertificate certificate(SSL_get1_peer_certificate(connection));
  if (!certificate) return false;
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &encoded);
  if (size <= 0) return false;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  const int digested = EVP_Digest(encoded, static_cast<std::size_t>(size), digest.data(), nullptr,
                                  EVP_sha256(), nullptr);
  OPENSSL_free(encoded);
  if (digested != 1) return false;
  const std::string key(reinterpret_cast<const char*>(digest.data()), sha256_bytes);
  return std::find(pins_.begin(), pins_.end(), key) != pins_.end();
}

std::vector<char> TlsContext::take_buffer() {
  auto buffer = std::exchange(buffer_, {});
  buffer.resize(plain_buffer_bytes + plain_padding_bytes);
  return buffer;
}

}  // namespace socketio::net
