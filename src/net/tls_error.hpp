// SPDX-License-Identifier: MIT
// What can go wrong with TLS, as std::error_code of one category: our own enumerators, the reasons
// for which a certificate is refused, and the alerts that a peer sends. Pure functions; OpenSSL
// keeps its errors per thread.
#pragma once

#include <string>
#include <system_error>

struct ssl_st;  // OpenSSL's SSL

namespace socketio::net {

enum class TlsErrc {
  not_tls = 1,    // the peer speaks something else
  truncated,      // the stream ended without close_notify
  handshake_end,  // the stream ended before the handshake did
  pin_mismatch,
  bad_settings,
  failed,    // whatever OpenSSL has no closer word for
  flooding,  // the peer makes us answer and does not read
};
const std::error_category& tls_category();
std::error_code make_error_code(TlsErrc code);

/// `verify_result`: X509_V_ERR_*, other than X509_V_OK.
std::error_code certificate_error(long verify_result);
/// `alert`: TLS AlertDescription of the peer.
std::error_code alert_error(int alert);

/// Why OpenSSL's last call on this thread failed, and clears that. `words` get the reason;
/// `connection` knows more if it was about one.
std::error_code take_openssl_error(std::string& words, const ssl_st* connection = nullptr);

}  // namespace socketio::net

template <>
struct std::is_error_code_enum<socketio::net::TlsErrc> : std::true_type {};
