// SPDX-License-Identifier: MIT
// What a context of OpenSSL is loaded with: certificates, keys and roots, from files or from PEM
// text. What cannot be used is described as a ConnectFailure that names the option. Pure functions,
// but OpenSSL keeps its errors per thread.
#pragma once

#include "base/connector.hpp"
#include "net/tls_settings.hpp"

#include <memory>
#include <string>

// OpenSSL's SSL_CTX
struct ssl_ctx_st;

namespace socketio::net {

struct FreeTlsContext {
  void operator()(ssl_ctx_st* context) const;
};
using OwnedTlsContext = std::unique_ptr<ssl_ctx_st, FreeTlsContext>;

ConnectFailure bad_tls_settings(const std::string& what, const std::string& why);
/// The reason is the error of OpenSSL's last call.
ConnectFailure bad_tls_settings(const std::string& what);

/// Adds the roots of a file and of a text, either of which may be empty. False, with the reason in
/// `failure`, if one contains none, or a broken one.
bool load_roots(ssl_ctx_st* context, const std::string& ca_file, const std::string& ca_pem,
                ConnectFailure& failure);

/// Loads a chain and its key. False, with the reason in `failure`, if that fails.
bool load_certificate(ssl_ctx_st* context, const TlsServerSettings::Certificate& from,
                      ConnectFailure& failure);

}  // namespace socketio::net
