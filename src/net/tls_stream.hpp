// SPDX-License-Identifier: MIT
// TlsStream: TLS over any other Stream. OpenSSL reads from what the stream below hands over and
// writes straight into that stream's out-buffer, so that no bytes are kept in between; what waits
// to be encrypted stays in the queue until the stream below has room.
//
// Life cycle: begin() has the handshake made, then gives the stream away. The stream below keeps it
// alive until one of both ends. An end without close_notify is TlsErrc::truncated in error().
// Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "base/stream.hpp"
#include "net/tls_context.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace socketio::net {

class TlsStream final : public Stream, private StreamHandler {
 public:
  /// Beyond this the stream below has to drain before more is encrypted.
  static constexpr std::size_t below_limit_bytes = 256 * 1024;
  /// What may wait below in all: beyond, the peer makes TLS answer and reads no answer.
  static constexpr std::size_t flood_limit_bytes = 1024 * 1024;

  /// Begins the handshake over `below`; takes that and `ssl` over. `done` gets the stream when the
  /// handshake has been made.
  static std::shared_ptr<TlsStream> begin(std::shared_ptr<Stream> below,
                                          std::shared_ptr<TlsContext> context, ssl_st* ssl,
                                          Connector::Done done);
  ~TlsStream() override;

  /// Ends it without a word if the handshake is still underway.
  void give_up();

  void pause_reading() override;
  void resume_reading() override;
  std::string remote_address() const override { return below_->remote_address(); }
  void flush() override;

 private:
  struct Bio;
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  /// How a call of OpenSSL ended the stream: without a code, by the peer's close_notify.
  struct End {
    std::error_code code;
    std::string words;
  };

  TlsStream(std::shared_ptr<Stream> below, std::shared_ptr<TlsContext> context, ssl_st* ssl,
            Connector::Done done);

  void on_bytes(std::span<char> bytes) override;
  void on_drain() override;
  void on_close() override;

  bool in_handshake() const { return done_ != nullptr; }
  /// Has OpenSSL read what was kept and `more`, and keeps what it does not take.
  void take_in(std::string_view more);
  void shake_hands();
  void deliver();
  /// Decrypts as much as there is room for.
  std::optional<End> decrypt(std::span<char> room, std::size_t& size);
  std::optional<End> encrypt();
  /// Why OpenSSL's last call returned `result`; nothing if it only waits for the peer.
  std::optional<End> end_of(int result);
  void on_end_below();
  void send_close_notify();
  void end(const End& end);
  void shut() override;

  std::shared_ptr<Stream> below_;
  std::shared_ptr<TlsContext> context_;
  std::unique_ptr<ssl_st, Free> ssl_;
  Connector::Done done_;       // until the handshake is over
  std::string_view incoming_;  // encrypted and not read by OpenSSL, during a call
  std::string kept_;           // the same between calls
  bool paused_ = false;
  bool has_heard_ = false;          // something came from the peer
  bool close_notify_sent_ = false;  // everything is with the stream below, close_notify included
  bool has_shut_ = false;
};

/// Makes a stream to `endpoint` secure, in a client's role; `done` gets the new stream.
std::unique_ptr<Connector::Attempt> start_tls(std::shared_ptr<Stream> below,
                                              std::shared_ptr<TlsContext> context,
                                              const Endpoint& endpoint, Connector::Done done);

}  // namespace socketio::net
