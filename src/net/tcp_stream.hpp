// SPDX-License-Identifier: MIT
// TcpStream: a Stream over a TCP socket, driven by readiness. It reads into the loop's one buffer,
// and writes what a turn has gathered without waiting. An idle connection owns no buffer.
//
// Life cycle: open() an accepted socket; OpenStreams keeps it alive until the descriptor is closed.
// After close_after_flush() it discards what the peer still sends, within limits of bytes and
// time, so that the peer gets our last bytes instead of a reset (RFC 9112 section 9.6). Loop's
// thread only.
#pragma once

#include "base/stream.hpp"
#include "net/asio_loop.hpp"
#include "net/platform/socket.hpp"
#include "net/watched.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::net {

class TcpStream;

/// The open streams of one owner on one loop. It keeps both alive and can close all streams.
class OpenStreams {
 public:
  explicit OpenStreams(std::shared_ptr<AsioLoop> loop) : loop_(std::move(loop)) {}

  AsioLoop& loop() const { return *loop_; }
  std::size_t size() const { return streams_.size(); }
  bool empty() const { return streams_.empty(); }
  auto begin() const { return streams_.begin(); }
  auto end() const { return streams_.end(); }

  /// Called when one is about to go. Does not throw.
  std::function<void(const TcpStream&)> on_end;
  /// The same for the only one.
  std::function<void()> on_last;

 private:
  friend class TcpStream;
  void add(std::shared_ptr<TcpStream> stream);
  void remove(const TcpStream& stream);

  std::shared_ptr<AsioLoop> loop_;
  // In no order: the last one takes the place of one that goes.
  std::vector<std::shared_ptr<TcpStream>> streams_;
};

/// A TCP connection between two loops.
struct DetachedTcp {
  Socket socket;
  /// See TcpStream::set_remote_address(); null if the socket's own counts.
  std::unique_ptr<const std::string> said_address;
  /// Written and not sent yet.
  std::string unsent;
};

class TcpStream final : public Stream, private Watched {
  /// Only open() makes one.
  class Key {
    friend class TcpStream;
    Key() = default;
  };

 public:
  TcpStream(Key, std::shared_ptr<OpenStreams> open_streams);
  /// `socket` is connected. Null if it cannot be watched.
  static std::shared_ptr<TcpStream> open(Socket socket, std::shared_ptr<OpenStreams> open_streams);
  /// Goes on with what another loop's stream was.
  static std::shared_ptr<TcpStream> open(DetachedTcp detached,
                                         std::shared_ptr<OpenStreams> open_streams);
  ~TcpStream() override;

  void pause_reading() override;
  void resume_reading() override;
  std::string remote_address() const override;
  /// What a proxy says instead of the socket.
  void set_remote_address(std::string address) {
    said_address_ = std::make_unique<const std::string>(std::move(address));
  }
  void flush() override;
  /// Ends the open stream here, without on_close(): what it was goes on elsewhere. Not from inside one
  /// of its handler's calls.
  DetachedTcp detach();

 private:
  struct Linger;

  friend class OpenStreams;

  void on_ready(Ready ready) noexcept override;
  void read();
  /// Offers the kernel what is in several pieces.
  [[gnu::noinline]] Transfer send_pieces();
  /// Gives the kernel as much of the queue as it accepts. False if the connection broke, in which
  /// case the stream has ended.
  bool write_queue();
  /// For a stream that is not open: whether it is closing, and has not said all. It lingers then.
  [[gnu::noinline]] bool has_last_words();
  void fail(int error);
  void begin_linger();
  void on_linger_timeout();
  std::size_t underway_bytes() const override;
  int lapses_allowed() const override { return Socket::lapses_allowed; }
  void offer_again() override;
  void shut() override;

  Socket socket_;
  bool paused_ = false;
  // Ready::ended was reported.
  bool peer_ended_ = false;
  // The kernel accepts no more for now.
  bool blocked_ = false;
  std::unique_ptr<Linger> linger_;
  std::shared_ptr<OpenStreams> open_streams_;
  std::unique_ptr<const std::string> said_address_;
  std::uint32_t position_ = 0;  // among the open streams
};

}  // namespace socketio::net
