// SPDX-License-Identifier: MIT
// TlsStream: TLS over any other Stream. OpenSSL reads from what the stream below passes on, and
// writes directly into that stream's out-buffer, so that no bytes are buffered in between. What
// waits to be encrypted stays in the queue until the stream below has room.
//
// Life cycle: begin() performs a client's handshake, then hands out the stream. accept() makes a
// server's, whose handshake begins when the client does; the handler gets bytes after it. The stream
// below keeps it alive until either of them ends. If the peer ends without close_notify, error()
// is TlsErrc::truncated. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "base/stream.hpp"
#include "net/tcp_stream.hpp"
#include "net/tls_context.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio::net {

struct FreeTls {
  void operator()(ssl_st* ssl) const;
};
using OwnedTls = std::unique_ptr<ssl_st, FreeTls>;

/// A server's TLS connection between two loops.
struct DetachedTls {
  DetachedTcp tcp;
  OwnedTls ssl;
  std::shared_ptr<const TlsCertificates> certificates;
  /// Received and not decrypted yet.
  std::string kept;
  /// Written and not encrypted yet.
  std::string unsent;
};

class TlsStream final : public Stream, private StreamHandler {
 public:
  /// Beyond this the stream below has to drain before more is encrypted.
  static constexpr std::size_t below_limit_bytes = 256 * 1024;
  /// The most that may wait below. If there is more, the peer makes TLS answer and does not read
  /// the answers.
  static constexpr std::size_t flood_limit_bytes = 1024 * 1024;

  /// Starts the handshake over `below`; takes ownership of that and of `ssl`. `done` gets the
  /// stream when the handshake is complete.
  static std::shared_ptr<TlsStream> begin(std::shared_ptr<Stream> below,
                                          std::shared_ptr<TlsContext> context, ssl_st* ssl,
                                          Connector::Done done);
  /// The same in the role of a server.
  static std::shared_ptr<TlsStream> accept(std::shared_ptr<Stream> below,
                                           std::shared_ptr<TlsContext> context);
  /// Goes on over `below`, which goes on with DetachedTls::tcp. `context` has its certificates.
  static std::shared_ptr<TlsStream> attach(std::shared_ptr<Stream> below,
                                           std::shared_ptr<TlsContext> context,
                                           DetachedTls detached);
  ~TlsStream() override;

  /// Ends the open stream here, without on_close(): what it was goes on elsewhere. `below` is the stream
  /// that it was made with. Not from inside one of its handler's calls.
  DetachedTls detach(TcpStream& below);
  /// The stream that it was made with.
  const std::shared_ptr<Stream>& below() const { return below_; }
  /// Closes without notice if the handshake is still underway.
  void give_up();

  void pause_reading() override;
  void resume_reading() override;
  std::string remote_address() const override { return below_->remote_address(); }
  bool is_secure() const override { return true; }
  void set_stall_timeout(std::chrono::milliseconds timeout) override {
    below_->set_stall_timeout(timeout);
  }
  void flush() override;

 private:
  struct Bio;
  /// How a call of OpenSSL ended the stream. Without a code: by the peer's close_notify.
  struct End {
    std::error_code code;
    std::string words;
  };

  TlsStream(std::shared_ptr<Stream> below, std::shared_ptr<TlsContext> context, OwnedTls ssl,
            Connector::Done done);
  static std::shared_ptr<TlsStream> make(std::shared_ptr<Stream> below,
                                         std::shared_ptr<TlsContext> context, OwnedTls ssl,
                                         Connector::Done done);

  void on_bytes(std::span<char> bytes) override;
  void on_drain() override;
  void on_close() override;

  bool in_handshake() const { return done_ != nullptr; }
  /// Lets OpenSSL read what was kept and `more`, and keeps what it does not read.
  void take_in(std::string_view more);
  void shake_hands();
  /// A server's: keeps `bytes` for the next step of the handshake.
  void await_turn(std::string_view bytes);
  void on_turn();
  void deliver();
  /// Decrypts as much as fits into `room`.
  std::optional<End> decrypt(std::span<char> room, std::size_t& size);
  std::optional<End> encrypt();
  /// Why OpenSSL's last call returned `result`; nothing if it is only waiting for the peer.
  std::optional<End> end_of(int result);
  void on_end_below();
  void send_close_notify();
  void end(const End& end);
  void shut() override;

  std::shared_ptr<Stream> below_;
  std::shared_ptr<TlsContext> context_;
  OwnedTls ssl_;
  // Set until the handshake is over.
  Connector::Done done_;
  // During a call: encrypted bytes that OpenSSL has not read.
  std::string_view incoming_;
  // The same between calls.
  std::string kept_;
  bool paused_ = false;
  // Of a server: the steps of the handshake wait for turns.
  bool shakes_in_turn_ = false;
  bool awaits_turn_ = false;
  // The peer has sent something.
  bool has_heard_ = false;
  // The stream below has everything, including close_notify.
  bool close_notify_sent_ = false;
  bool has_shut_ = false;
};

/// Makes a stream to `endpoint` secure, in the role of a client. `done` gets the new stream.
std::unique_ptr<Connector::Attempt> start_tls(std::shared_ptr<Stream> below,
                                              std::shared_ptr<TlsContext> context,
                                              const Endpoint& endpoint, Connector::Done done);

}  // namespace socketio::net
