// SPDX-License-Identifier: MIT
#include "net/tls_error.hpp"

#include "base/immortal.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace socketio::net {

namespace {

// Our numbers for alerts and for certificate errors begin here.
constexpr int alerts_from = 1'000;
constexpr int alerts_to = alerts_from + 256;
constexpr int certificate_errors_from = 10'000;

std::string alert_words(int alert) {
  switch (alert) {
    case SSL_AD_MISSING_EXTENSION:
      return "missing extension";
    case SSL_AD_CERTIFICATE_REQUIRED:
      return "certificate required";
    case SSL_AD_NO_APPLICATION_PROTOCOL:
      return "no application protocol";
    default:
      // That function does not know the alerts above.
      return SSL_alert_desc_string_long(alert);
  }
}

class TlsCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int code) const override {
    if (code >= certificate_errors_from) {
      return std::string("certificate verify failed: ") +
             X509_verify_cert_error_string(code - certificate_errors_from);
    }
    if (code >= alerts_from && code < alerts_to) {
      return "the peer refused: " + alert_words(code - alerts_from);
    }
    switch (static_cast<TlsErrc>(code)) {
      case TlsErrc::not_tls:
        return "the peer does not speak TLS";
      case TlsErrc::truncated:
        return "the connection ended without a close_notify of TLS";
      case TlsErrc::handshake_end:
        return "the connection ended during the TLS handshake";
      case TlsErrc::pin_mismatch:
        return "the certificate's key is none of those that are pinned";
      case TlsErrc::bad_settings:
        return "these TLS options cannot be used";
      case TlsErrc::failed:
        return "TLS failed";
      case TlsErrc::flooding:
        return "the peer asks for answers and does not read them";
    }
    return "unknown TLS error";
  }
};

}  // namespace

const std::error_category& tls_category() { return immortal<TlsCategory>(); }

std::error_code make_error_code(TlsErrc code) { return {static_cast<int>(code), tls_category()}; }

std::error_code certificate_error(long verify_result) {
  return {certificate_errors_from + static_cast<int>(verify_result), tls_category()};
}

std::error_code alert_error(int alert) { return {alerts_from + alert, tls_category()}; }

std::error_code take_openssl_error(std::string& words, const ssl_st* connection) {
  // If reading a file failed, the first error is the cause of the others. For a connection, the
  // last one says what that means.
  const unsigned long error = connection ? ERR_peek_last_error() : ERR_peek_error();
  ERR_clear_error();
  const int reason = ERR_GET_REASON(error);
  const bool is_of_tls = ERR_GET_LIB(error) == ERR_LIB_SSL && !ERR_SYSTEM_ERROR(error);
  std::error_code code = TlsErrc::failed;
  if (ERR_SYSTEM_ERROR(error)) {
    code.assign(reason, std::system_category());
  } else if (is_of_tls && reason == SSL_R_CERTIFICATE_VERIFY_FAILED && connection) {
    code = certificate_error(SSL_get_verify_result(connection));
  } else if (is_of_tls && reason > SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256) {
    code = alert_error(reason - SSL_AD_REASON_OFFSET);
  } else {
    const char* const text = ERR_reason_error_string(error);
    words = text ? text : "unknown error";
    return code;
  }
  words = code.message();
  return code;
}

}  // namespace socketio::net
