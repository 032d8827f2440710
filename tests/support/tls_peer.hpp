// SPDX-License-Identifier: MIT
// TlsPeer: the server's end of TLS over any Stream. It uses OpenSSL's own memory buffers and none
// of our code, so that a test sees what another implementation sees. server_context() makes its
// context. One thread, the loop's.
#pragma once

#include "base/stream.hpp"
#include "support/certificates.hpp"
#include "support/tls_memory.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio::support {

using ServerContext = std::shared_ptr<SSL_CTX>;

inline ServerContext server_context(const Identity& identity) {
  const ServerContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (SSL_CTX_use_certificate(context.get(), identity.certificate()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), identity.key()) != 1) {
    throw std::runtime_error("the server has no certificate");
  }
  return context;
}

/// Makes the server ask for a certificate issued by `root`.
inline void ask_for_certificate(const ServerContext& context, const Identity& root) {
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), root.certificate());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
}

class TlsPeer final : public StreamHandler {
 public:
  TlsPeer(std::shared_ptr<Stream> stream, const ServerContext& context)
      : stream_(std::move(stream)), ssl_(SSL_new(context.get()), SSL_free) {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
  }

  void say(std::string_view words) {
    ERR_clear_error();
    if (SSL_write(ssl_.get(), words.data(), static_cast<int>(words.size())) <= 0)
      note_problem(problem);
    send();
  }
  /// Sends close_notify and nothing else.
  void say_goodbye() {
    SSL_shutdown(ssl_.get());
    send();
  }
  void close_after_flush() { stream_->close_after_flush(); }
  /// Sends bytes outside of TLS.
  void say_raw(std::string_view bytes) { stream_->write(bytes); }
  void update_keys() {
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(ssl_.get());
    send();
  }
  /// Asks for a second handshake, which TLS 1.2 allows.
  void renegotiate() {
    ERR_clear_error();
    SSL_renegotiate(ssl_.get());
    SSL_do_handshake(ssl_.get());
    send();
  }

  void on_bytes(std::span<char> bytes) override {
    received_bytes += bytes.size();
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    read();
    send();
  }
  void on_close() override { ++closes; }

  bool is_secure() const { return SSL_is_init_finished(ssl_.get()) == 1; }
  std::string version() const { return SSL_get_version(ssl_.get()); }
  /// The server name that the client sent.
  std::string server_name() const {
    const char* const name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name ? name : "";
  }
  /// The common name of the client's certificate.
  std::string client_name() const { return peer_common_name(ssl_.get()); }

  std::string text;
  // OpenSSL's first error.
  std::string problem;
  // The client has sent close_notify.
  bool goodbye = false;
  int closes = 0;
  std::size_t received_bytes = 0;

 private:
  void read() {
    std::array<char, 16 * 1024> buffer{};
    ERR_clear_error();
    int size = 0;
    while ((size = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()))) > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    const int error = SSL_get_error(ssl_.get(), size);
    if (error == SSL_ERROR_ZERO_RETURN) goodbye = true;
    if (error == SSL_ERROR_SSL) note_problem(problem);
  }
  void send() {
    const std::string output = take_output(ssl_.get());
    if (!output.empty()) stream_->write(output);
  }

  std::shared_ptr<Stream> stream_;
  std::shared_ptr<SSL> ssl_;
};

}  // namespace socketio::support
