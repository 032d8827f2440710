// SPDX-License-Identifier: MIT
#include "net/tls_context.hpp"

#include "base/base64.hpp"
#include "net/tls_error.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace socketio::net {

namespace {

constexpr std::size_t sha256_bytes = 32;
constexpr std::size_t plain_padding_bytes = 64;
constexpr unsigned char offered_protocols[] = "\x08http/1.1";

ConnectFailure bad_settings(const std::string& what, const std::string& why) {
  return {TlsErrc::bad_settings, "TLS " + what + ": " + why};
}

ConnectFailure bad_settings(const std::string& what) {
  std::string words;
  const std::error_code code = take_openssl_error(words);
  ConnectFailure failure = bad_settings(what, words);
  // A file could not be read.
  if (code.category() != tls_category()) failure.code = code;
  return failure;
}

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using OwnedCertificate = std::unique_ptr<X509, FreeCertificate>;

/// Adds every certificate in the text. False if there is none, or a broken one.
bool add_roots(SSL_CTX* context, const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  std::size_t count = 0;
  for (;;) {
    const OwnedCertificate root(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr));
    if (!root) break;
    if (X509_STORE_add_cert(store, root.get()) != 1) return false;
    ++count;
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (count == 0 || !at_end) return false;
  ERR_clear_error();
  return true;
}

/// Without a password the answer is an error; otherwise OpenSSL would ask at the terminal.
int give_password(char* buffer, int size, int, void* user) {
  const auto& password = *static_cast<const std::string*>(user);
  const auto room = static_cast<std::size_t>(size);
  if (password.empty() || password.size() > room) return -1;
  std::memcpy(buffer, password.data(), password.size());
  return static_cast<int>(password.size());
}

bool load_roots(SSL_CTX* context, const TlsSettings& settings, ConnectFailure& failure) {
  if (settings.ca_file.empty() && settings.ca_pem.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) == 1) return true;
    failure = bad_settings("roots of the system");
    return false;
  }
  if (!settings.ca_file.empty() &&
      SSL_CTX_load_verify_file(context, settings.ca_file.c_str()) != 1) {
    failure = bad_settings("ca_file " + settings.ca_file);
    return false;
  }
  if (!settings.ca_pem.empty() && !add_roots(context, settings.ca_pem)) {
    failure = bad_settings("ca_pem");
    return false;
  }
  return true;
}

bool load_own_certificate(SSL_CTX* context, const TlsSettings& settings, ConnectFailure& failure) {
  if (settings.certificate_file.empty()) {
    if (settings.key_file.empty()) return true;
    failure = bad_settings("key_file " + settings.key_file, "there is no certificate_file");
    return false;
  }
  if (SSL_CTX_use_certificate_chain_file(context, settings.certificate_file.c_str()) != 1) {
    failure = bad_settings("certificate_file " + settings.certificate_file);
    return false;
  }
  const std::string& key =
      settings.key_file.empty() ? settings.certificate_file : settings.key_file;
  std::string password = settings.key_password;
  SSL_CTX_set_default_passwd_cb(context, give_password);
  SSL_CTX_set_default_passwd_cb_userdata(context, &password);
  const bool loaded = SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) == 1 &&
                      SSL_CTX_check_private_key(context) == 1;
  SSL_CTX_set_default_passwd_cb(context, nullptr);
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (!loaded) failure = bad_settings("key_file " + key);
  return loaded;
}

bool decode_pins(const TlsSettings& settings, std::vector<std::string>& pins,
                 ConnectFailure& failure) {
  for (const std::string& text : settings.pins) {
    auto pin = base64::decode(text);
    if (!pin || pin->size() != sha256_bytes) {
      failure = bad_settings("pin \"" + text + '"', "not a SHA-256 in base64");
      return false;
    }
    pins.push_back(std::move(*pin));
  }
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

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsContext::TlsContext(OwnedContext context, const TlsSettings& settings,
                       std::vector<std::string> pins)
    : context_(std::move(context)),
      verify_(settings.verify),
      server_name_(settings.server_name),
      pins_(std::move(pins)) {}

std::shared_ptr<TlsContext> TlsContext::for_client(const TlsSettings& settings,
                                                   ConnectFailure& failure) {
  ERR_clear_error();
  std::vector<std::string> pins;
  if (!decode_pins(settings, pins, failure)) return nullptr;
  OwnedContext context;
  if (settings.context) {
    SSL_CTX_up_ref(settings.context);
    context.reset(settings.context);
  } else {
    context.reset(SSL_CTX_new(TLS_client_method()));
    if (!context) {
      failure = bad_settings("context");
      return nullptr;
    }
    if (settings.verify == TlsSettings::Verify::peer &&
        !load_roots(context.get(), settings, failure)) {
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
  if (SSL_get_min_proto_version(ssl) < TLS1_2_VERSION &&
      SSL_set_min_proto_version(ssl, TLS1_2_VERSION) != 1) {
    return nullptr;
  }
  SSL_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (SSL_set_alpn_protos(ssl, offered_protocols, sizeof offered_protocols - 1) != 0) {
    return nullptr;
  }
  if (!set_server_name(ssl, name_for(host))) return nullptr;
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
