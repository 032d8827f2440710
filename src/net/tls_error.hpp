// SPDX-License-Identifier: MIT
// What can go wrong with TLS, as std::error_code of one category: our own enumerators, the reasons
// for which a certificate is refused, and the alerts that a peer sends. Pure functions, but OpenSSL
// keeps its errors per thread.
#pragma once

#include <string>
#include <system_error>

// OpenSSL's SSL
struct ssl_st;

namespace socketio::net {

enum class TlsErrc {
  not_tls = 1,    // the peer speaks something else
  truncated,      // the stream ended without close_notify
  handshake_end,  // the stream ended before the handshake did
  pin_mismatch,
  bad_settings,
  failed,    // an error that OpenSSL does not describe more closely
  flooding,  // the peer makes us answer, but does not read
};
const std::error_category& tls_category();
std::error_code make_error_code(TlsErrc code);

/// `verify_result` is one of X509_V_ERR_*, not X509_V_OK.
std::error_code certificate_error(long verify_result);
/// `alert` is the TLS AlertDescription that the peer sent.
std::error_code alert_error(int alert);

/// Returns why OpenSSL's last call on this thread failed, and clears its errors. `words` gets the
/// reason. `connection`, if the call was about one, makes the reason more precise.
std::error_code take_openssl_error(std::string& words, const ssl_st* connection = nullptr);

}  // namespace socketio::net

template <>
struct std::is_error_code_enum<socketio::net::TlsErrc> : std::true_type {};
