// SPDX-License-Identifier: MIT
// TcpStream: a Stream over a TCP socket, by readiness: Asio tells when the descriptor can be read or written, and we
// read into the loop's one buffer and write what a turn has gathered. An idle connection owns no buffer.
//
// Life cycle: made for an accepted socket, start(), alive until both the kernel and the handler are done with it. After
// close_after_flush() what the peer still sends is discarded, under limits of bytes and time, so that it gets our last
// words instead of a reset (RFC 9112 section 9.6). Loop's thread only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <unordered_set>

#include "base/stream.hpp"
#include "net/asio_loop.hpp"

namespace socketio::net {

class TcpStream;

/// The open streams of one owner, which can so end them all.
using OpenStreams = std::unordered_set<TcpStream*>;

class TcpStream final : public Stream {
 public:
  TcpStream(std::shared_ptr<AsioLoop> loop, boost::asio::ip::tcp::socket socket, std::shared_ptr<OpenStreams> open);
  ~TcpStream() override;

  void start();

  void pause_reading() override;
  void resume_reading() override;
  std::string remote_address() const override;
  void flush() override;

 private:
  struct Linger;

  std::shared_ptr<TcpStream> self() { return std::static_pointer_cast<TcpStream>(shared_from_this()); }
  AsioLoop& asio_loop() { return static_cast<AsioLoop&>(loop_); }
  void wait_readable();
  void on_readable();
  void wait_writable();
  /// Hands the queue to the kernel as far as it takes it; false if the connection broke.
  bool write_queue();
  void begin_linger();
  void end_linger();
  void on_linger_timeout();
  void shut() override;

  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<AsioLoop> kept_loop_;
  std::shared_ptr<OpenStreams> open_streams_;
  std::unique_ptr<Linger> linger_;
  bool reading_ = false;
  bool paused_ = false;
  bool writing_ = false;
};

}  // namespace socketio::net
