// SPDX-License-Identifier: MIT
// ServerTls: the certificates with which a server listens for https and wss.
//
//   socketio::ServerTls tls({.certificates = {{.certificate_file = "chain.pem", .key_file = "key.pem"}}});
//   io.listen({.port = 443, .tls = tls});
//   …
//   tls.reload();  // the files have been renewed
//
// Life cycle: copies are handles to the same certificates, which listeners and connections keep
// alive. Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

// OpenSSL's SSL_CTX
struct ssl_ctx_st;

namespace socketio {

namespace net {
class TlsCertificates;
}
namespace server {
class Worker;
}

/// A certificate and its private key, both PEM, each as a file or as text.
struct TlsCertificate {
  std::string certificate_file{};  ///< The server's own first, then those between it and the root.
  std::string certificate_pem{};
  std::string key_file{};  ///< May be left out if the certificate's file or text contains the key.
  std::string key_pem{};
  std::string key_password{};
};

struct ServerTlsOptions {
  /// A client gets the first that is valid for the name it asks for (SNI), or else the first.
  std::vector<TlsCertificate> certificates{};

  /// Whether clients are asked for a certificate. One that the roots below do not vouch for is
  /// refused, even if none is required.
  enum class ClientCertificates : unsigned char { none, request, require };
  ClientCertificates client_certificates = ClientCertificates::none;
  std::string ca_file{};  ///< PEM file of the roots of clients' certificates.
  std::string ca_pem{};   ///< The same as PEM text.

  /// A context of yours instead of all the above, for what is not offered here. The server takes
  /// its own reference. TLS is 1.2 or newer and does not renegotiate, whatever the context says.
  ssl_ctx_st* context = nullptr;
};

class ServerTls {
 public:
  /// Throws std::system_error, whose message names the file or the option, if one cannot be used.
  explicit ServerTls(const ServerTlsOptions& options);

  /// Reads the files again, for connections that are made from now on; others stay as they are. If
  /// it throws, as the constructor does, the certificates from before remain. Clients do not
  /// resume sessions that are older.
  void reload();

 private:
  friend class server::Worker;
  std::shared_ptr<net::TlsCertificates> certificates_;
};

}  // namespace socketio
