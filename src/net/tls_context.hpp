// SPDX-License-Identifier: MIT
// TlsContext: what all TLS connections of one owner share, namely OpenSSL's context, the checks
// of the peer, the order of handshakes, and one buffer for decrypted data. A client's reads the files
// that the settings name when it is created; a server's has certificates.
//
// Shared by its streams. One thread: the loop's.
#pragma once

#include "base/connector.hpp"
#include "net/handshake_queue.hpp"
#include "net/tls_certificates.hpp"
#include "net/tls_files.hpp"
#include "net/tls_settings.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// OpenSSL's SSL
struct ssl_st;

namespace socketio::net {

class TlsContext {
 public:
  /// The buffer for decrypted data. It holds several records, so that the handler is
  /// called less often.
  static constexpr std::size_t plain_buffer_bytes = 64 * 1024;

  /// Makes one for clients. Null, with the reason in `failure`, if the settings cannot be used.
  static std::shared_ptr<TlsContext> for_client(const TlsSettings& settings,
                                                ConnectFailure& failure);

  /// Makes one for a server.
  static std::shared_ptr<TlsContext> for_server(
      std::shared_ptr<const TlsCertificates> certificates);

  /// Makes the state of a connection to `host`, whose name is sent and checked. Null if OpenSSL
  /// does not accept the name.
  ssl_st* make_client(const std::string& host) const;
  /// Makes the state of a connection from a client. Null if memory is short.
  ssl_st* make_server() const;
  /// The name that a connection to `host` sends and checks.
  const std::string& name_for(const std::string& host) const {
    return server_name_.empty() ? host : server_name_;
  }
  /// True if no keys are pinned, or the certificate's key is one of them.
  bool allows_key_of(const ssl_st* connection) const;

  /// Returns `plain_buffer_bytes`, followed by the padding that StreamHandler::on_bytes() needs.
  /// Return it with give_back().
  std::vector<char> take_buffer();
  void give_back(std::vector<char> buffer) { buffer_ = std::move(buffer); }

  /// A server's.
  const std::shared_ptr<const TlsCertificates>& certificates() const { return certificates_; }
  /// For a server's handshakes.
  HandshakeQueue& handshakes() { return *handshakes_; }

 private:
  TlsContext(OwnedTlsContext context, const TlsSettings& settings, std::vector<std::string> pins);
  explicit TlsContext(std::shared_ptr<const TlsCertificates> certificates);

  // A client's.
  OwnedTlsContext context_;
  // A server's.
  std::shared_ptr<const TlsCertificates> certificates_;
  std::shared_ptr<HandshakeQueue> handshakes_;
  TlsSettings::Verify verify_ = TlsSettings::Verify::peer;
  std::string server_name_;
  // SHA-256, as bytes.
  std::vector<std::string> pins_;
  std::vector<char> buffer_;
};

}  // namespace socketio::net
