// SPDX-License-Identifier: MIT
// What the TLS peers of tests do alike: OpenSSL between two memory buffers. Pure functions.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstddef>
#include <string>

namespace socketio::support {

/// The common name in the certificate of the other side; empty if it has shown none.
inline std::string peer_common_name(const SSL* ssl) {
  const X509* const certificate = SSL_get0_peer_certificate(ssl);
  if (!certificate) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

/// Takes what OpenSSL wants to send.
inline std::string take_output(SSL* ssl) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(ssl), &bytes);
  std::string output(bytes, size > 0 ? static_cast<std::size_t>(size) : 0);
  (void)BIO_reset(SSL_get_wbio(ssl));
  return output;
}

/// Keeps OpenSSL's first error, unless there was one before.
inline void note_problem(std::string& problem) {
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  if (problem.empty()) problem = reason ? reason : "unknown";
}

}  // namespace socketio::support
