// SPDX-License-Identifier: MIT
// TcpStream: a Stream over a TCP socket, by readiness: we read into the loop's one buffer and write
// what a turn has gathered, without waiting. An idle connection owns no buffer.
//
// Life cycle: open() an accepted socket; OpenStreams keeps it alive until the descriptor is closed.
// After close_after_flush() what the peer still sends is discarded, under limits of bytes and time,
// so that it gets our last words instead of a reset (RFC 9112 section 9.6). Loop's thread only.
#pragma once

#include "base/stream.hpp"
#include "net/asio_loop.hpp"
#include "net/poller.hpp"

#include <memory>
#include <string>
#include <unordered_map>

namespace socketio::net {

class TcpStream;

/// The open streams of one owner, which keeps them alive and can end them all.
using OpenStreams = std::unordered_map<const TcpStream*, std::shared_ptr<TcpStream>>;

class TcpStream final : public Stream, private Poller::Watched {
 public:
  /// Takes over `descriptor`, which does not block: it is closed if this throws, or gives null
  /// because it cannot be watched.
  static std::shared_ptr<TcpStream> open(std::shared_ptr<AsioLoop> loop, int descriptor,
                                         std::shared_ptr<OpenStreams> open_streams);
  ~TcpStream() override;

  void pause_reading() override;
  void resume_reading() override;
  std::string remote_address() const override;
  void flush() override;

 private:
  struct Linger;

  TcpStream(std::shared_ptr<AsioLoop> loop, std::shared_ptr<OpenStreams> open_streams);
  bool is_open_descriptor() const { return descriptor_ >= 0; }
  void on_ready(std::uint32_t events) noexcept override;
  void read();
  /// Hands the queue to the kernel as far as it takes it; false if the connection broke,
  /// and then it has ended.
  bool write_queue();
  void fail(int error);
  void begin_linger();
  void on_linger_timeout();
  std::size_t underway_bytes() const override;
  void shut() override;

  std::shared_ptr<AsioLoop> kept_loop_;
  std::shared_ptr<OpenStreams> open_streams_;
  std::unique_ptr<Linger> linger_;
  int descriptor_ = -1;
  bool paused_ = false;
  bool peer_ended_ =
      false;              // FIN or a reset has come, perhaps behind bytes that are still to be read
  bool blocked_ = false;  // the kernel takes no more for now
};

}  // namespace socketio::net
