// SPDX-License-Identifier: MIT
#include "net/tls_certificates.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::net {

namespace {

using ClientCertificates = TlsServerSettings::ClientCertificates;
using OtherContexts = std::vector<OwnedTlsContext>;

constexpr std::string_view http_protocol = "\x08http/1.1";
constexpr std::string_view session_scope = "socketio";

/// The place where the first context keeps the others.
int others_index() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* others, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<OtherContexts*>(others);
      });
  return index;
}

bool is_valid_for(SSL_CTX* context, const char* name) {
  X509* const certificate = SSL_CTX_get0_certificate(context);
  return certificate && X509_check_host(certificate, name, std::strlen(name),
                                        X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
}

/// The context whose certificate is valid for `name`, or else `first`.
SSL_CTX* context_for_name(SSL_CTX* first, const char* name) {
  if (is_valid_for(first, name)) return first;
  const auto* const others =
      static_cast<const OtherContexts*>(SSL_CTX_get_ex_data(first, others_index()));
  for (const OwnedTlsContext& other : *others) {
    if (is_valid_for(other.get(), name)) return other.get();
  }
  return first;
}

/// Called by OpenSSL when the client has said which name it wants (SNI), perhaps twice.
int choose_certificate(SSL* connection, int*, void* first) {
  const char* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  if (!name) return SSL_TLSEXT_ERR_NOACK;
  SSL_CTX* const chosen = context_for_name(static_cast<SSL_CTX*>(first), name);
  return SSL_set_SSL_CTX(connection, chosen) ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Called by OpenSSL for a client that names protocols (ALPN). One that does not offer HTTP/1.1 is
/// refused (RFC 7301 section 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(
      &found, size, reinterpret_cast<const unsigned char*>(http_protocol.data()),
      static_cast<unsigned>(http_protocol.size()), offered, offered_size);
  if (result != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

/// Tells clients whose certificates are accepted, so that they can choose one.
bool name_authorities(SSL_CTX* context) {
  const STACK_OF(X509_OBJECT)* const roots =
      X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
  for (int i = 0; i < sk_X509_OBJECT_num(roots); ++i) {
    X509* const root = X509_OBJECT_get0_X509(sk_X509_OBJECT_value(roots, i));
    if (root && SSL_CTX_add_client_CA(context, root) != 1) return false;
  }
  return true;
}

bool ask_for_certificates(SSL_CTX* context, const TlsServerSettings& settings,
                          ConnectFailure& failure) {
  const bool has_roots = !settings.ca_file.empty() || !settings.ca_pem.empty();
  if (settings.client_certificates == ClientCertificates::none) {
    if (!has_roots) return true;
    failure = bad_tls_settings(settings.ca_file.empty() ? "ca_pem" : "ca_file " + settings.ca_file,
                               "client_certificates is none");
    return false;
  }
  if (!has_roots) {
    failure = bad_tls_settings("client_certificates", "there is no ca_file");
    return false;
  }
  if (!load_roots(context, settings.ca_file, settings.ca_pem, failure)) return false;
  if (!name_authorities(context)) {
    failure = bad_tls_settings("client_certificates");
    return false;
  }
  const int must = settings.client_certificates == ClientCertificates::require
                       ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                       : 0;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | must, nullptr);
  return true;
}

/// Null, with the reason in `failure`, if the certificate or the settings cannot be used.
OwnedTlsContext make_context(const TlsServerSettings::Certificate& certificate,
                             const TlsServerSettings& settings, ConnectFailure& failure) {
  OwnedTlsContext context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* const made = context.get();
  if (!made || SSL_CTX_set_session_id_context(
                   made, reinterpret_cast<const unsigned char*>(session_scope.data()),
                   static_cast<unsigned>(session_scope.size())) != 1) {
    failure = bad_tls_settings("context");
    return nullptr;
  }
  // Clients keep their sessions, as tickets.
  SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(made, choose_protocol, nullptr);
  if (!load_certificate(made, certificate, failure)) return nullptr;
  if (!ask_for_certificates(made, settings, failure)) return nullptr;
  return context;
}

OwnedTlsContext make_contexts(const TlsServerSettings& settings, ConnectFailure& failure) {
  if (settings.certificates.empty()) {
    failure = bad_tls_settings("certificates", "there is none");
    return nullptr;
  }
  OwnedTlsContext first = make_context(settings.certificates.front(), settings, failure);
  if (!first) return nullptr;
  auto others = std::make_unique<OtherContexts>();
  for (std::size_t i = 1; i < settings.certificates.size(); ++i) {
    others->push_back(make_context(settings.certificates[i], settings, failure));
    if (!others->back()) return nullptr;
  }
  if (SSL_CTX_set_ex_data(first.get(), others_index(), others.get()) != 1) {
    failure = bad_tls_settings("context");
    return nullptr;
  }
  others.release();
  SSL_CTX_set_tlsext_servername_callback(first.get(), choose_certificate);
  SSL_CTX_set_tlsext_servername_arg(first.get(), first.get());
  return first;
}

/// The user's own, or one that the settings describe.
OwnedTlsContext context_for(const TlsServerSettings& settings, ConnectFailure& failure) {
  ERR_clear_error();
  if (!settings.context) return make_contexts(settings, failure);
  if (!settings.certificates.empty() || !settings.ca_file.empty() || !settings.ca_pem.empty() ||
      settings.client_certificates != ClientCertificates::none) {
    failure = bad_tls_settings("context", "nothing else can be set beside it");
    return nullptr;
  }
  SSL_CTX_up_ref(settings.context);
  return OwnedTlsContext(settings.context);
}

}  // namespace

TlsCertificates::TlsCertificates(TlsServerSettings settings, OwnedTlsContext context)
    : settings_(std::move(settings)), context_(std::move(context)) {}

std::shared_ptr<TlsCertificates> TlsCertificates::load(TlsServerSettings settings,
                                                       ConnectFailure& failure) {
  OwnedTlsContext context = context_for(settings, failure);
  if (!context) return nullptr;
  return std::shared_ptr<TlsCertificates>(
      new TlsCertificates(std::move(settings), std::move(context)));
}

bool TlsCertificates::reload(ConnectFailure& failure) {
  OwnedTlsContext context = context_for(settings_, failure);
  if (!context) return false;
  const std::lock_guard lock(mutex_);
  context_.swap(context);
  return true;
}

ssl_st* TlsCertificates::make_connection() const {
  const std::lock_guard lock(mutex_);
  return SSL_new(context_.get());
}

}  // namespace socketio::net
