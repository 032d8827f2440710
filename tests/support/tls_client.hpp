// SPDX-License-Identifier: MIT
// TlsClient: the client's end of TLS on a TcpClient. It uses OpenSSL's own memory buffers and none of
// our code, so that a test sees what another implementation sees. Waiting fails the test after
// `patience`. One thread at a time.
#pragma once

#include "support/certificates.hpp"
#include "support/tcp_client.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace socketio::support {

class TlsClient {
 public:
  using SetUp = std::function<void(SSL* connection)>;

  /// `set_up` runs before the handshake, which shake_hands() performs.
  explicit TlsClient(std::uint16_t port, const SetUp& set_up = {}, int receive_buffer_bytes = 0)
      : tcp_(port, receive_buffer_bytes), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free) {
    // Tests choose what they offer, including what OpenSSL considers too weak.
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    ssl_.reset(SSL_new(context_.get()), SSL_free);
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
    if (set_up) set_up(ssl_.get());
  }

  /// The first message of the handshake.
  std::string hello() {
    ERR_clear_error();
    SSL_do_handshake(ssl_.get());
    return take_output();
  }
  bool shake_hands() {
    return run([this] { return SSL_do_handshake(ssl_.get()); });
  }
  bool say(std::string_view words) {
    return run([&] { return SSL_write(ssl_.get(), words.data(), static_cast<int>(words.size())); });
  }
  /// Reads something; false once the connection has ended.
  bool hear() {
    std::array<char, 16 * 1024> buffer{};
    int size = 0;
    const bool heard = run([&] {
      size = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
      return size;
    });
    if (heard) text.append(buffer.data(), static_cast<std::size_t>(size));
    return heard;
  }
  bool hear(std::string_view wanted) {
    while (text.find(wanted) == std::string::npos) {
      if (!hear()) return false;
    }
    return true;
  }
  /// Makes a request and returns the whole response.
  std::string ask(const std::string& target = "/") {
    text.clear();
    say("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    while (hear()) {
    }
    return text;
  }

  SSL* ssl() { return ssl_.get(); }
  TcpClient& tcp() { return tcp_; }
  std::string version() const { return SSL_get_version(ssl_.get()); }
  /// The server has sent close_notify.
  bool goodbye() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  /// The common name in the server's certificate.
  std::string server_name() const {
    const X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
    if (!certificate) return {};
    std::array<char, 256> name{};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                              static_cast<int>(name.size()));
    return name.data();
  }

  std::string text;
  // OpenSSL's first error.
  std::string problem;

 private:
  /// Repeats an operation of OpenSSL's, with bytes from the server, until it succeeds or cannot.
  template <class Operation>
  bool run(Operation operation) {
    for (;;) {
      ERR_clear_error();
      const int result = operation();
      const int error = SSL_get_error(ssl_.get(), result);
      if (error == SSL_ERROR_SSL) note_problem();
      tcp_.send(take_output());
      if (result > 0) return true;
      if (error != SSL_ERROR_WANT_READ) return false;
      if (!tcp_.receive()) return false;
      const std::string bytes = std::exchange(tcp_.unread(), {});
      BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    }
  }
  std::string take_output() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &bytes);
    std::string output(bytes, static_cast<std::size_t>(size));
    (void)BIO_reset(SSL_get_wbio(ssl_.get()));
    return output;
  }
  void note_problem() {
    const char* const reason = ERR_reason_error_string(ERR_peek_error());
    if (problem.empty()) problem = reason ? reason : "unknown";
  }

  TcpClient tcp_;
  std::shared_ptr<SSL_CTX> context_;
  std::shared_ptr<SSL> ssl_;
};

}  // namespace socketio::support
