// SPDX-License-Identifier: MIT
#include "net/tcp_stream.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <utility>

namespace socketio::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// After our last words: how long and how much a peer may go on sending.
constexpr std::chrono::seconds linger_timeout{5};
constexpr std::size_t linger_limit_bytes = 1024 * 1024;

// Pieces up to this size in total are put together by copying; beyond, they are gathered.
constexpr std::size_t copy_limit_bytes = 64 * 1024;
constexpr std::size_t gather_limit = 64;

// How often one readable socket may fill the loop's buffer before others have their turn.
constexpr int reads_per_turn = 4;

}  // namespace

struct TcpStream::Linger {
  explicit Linger(TcpStream& stream) : timer(stream) {}
  MemberTimer<TcpStream, &TcpStream::on_linger_timeout> timer;
  std::size_t discarded_bytes = 0;
};

TcpStream::TcpStream(std::shared_ptr<AsioLoop> loop, tcp::socket socket, std::shared_ptr<OpenStreams> open)
    : Stream(*loop), socket_(std::move(socket)), kept_loop_(std::move(loop)), open_streams_(std::move(open)) {
  open_streams_->insert(this);
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(tcp::no_delay(true), ignored);
}

TcpStream::~TcpStream() { shut(); }

void TcpStream::start() { wait_readable(); }

std::string TcpStream::remote_address() const {
  boost::system::error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  if (error) return {};
  const auto address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return "::ffff:" + asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

void TcpStream::pause_reading() { paused_ = true; }

void TcpStream::resume_reading() {
  paused_ = false;
  wait_readable();
}

void TcpStream::wait_readable() {
  if (reading_ || paused_ || !socket_.is_open()) return;
  reading_ = true;
  socket_.async_wait(tcp::socket::wait_read, [stream = self()](const boost::system::error_code& error) {
    stream->reading_ = false;
    if (error == asio::error::operation_aborted) return;
    stream->asio_loop().enter();
    stream->on_readable();
  });
}

void TcpStream::on_readable() {
  if (paused_) return;
  const std::span<char> buffer = asio_loop().read_buffer();
  for (int reads = 0; reads < reads_per_turn && socket_.is_open(); ++reads) {
    boost::system::error_code error;
    const std::size_t size = socket_.read_some(asio::buffer(buffer.data(), buffer.size()), error);
    if (error == asio::error::would_block || error == asio::error::try_again) break;
    if (error) return linger_ ? end_linger() : finish();
    if (linger_) {
      linger_->discarded_bytes += size;
      if (linger_->discarded_bytes > linger_limit_bytes) return end_linger();
    } else if (state_ == State::open) {
      const auto handler = handler_;
      if (handler) handler->on_bytes(buffer.first(size));
    }
    if (size < buffer.size() || paused_) break;
  }
  wait_readable();
}

void TcpStream::wait_writable() {
  if (writing_ || !socket_.is_open()) return;
  writing_ = true;
  socket_.async_wait(tcp::socket::wait_write, [stream = self()](const boost::system::error_code& error) {
    stream->writing_ = false;
    if (error == asio::error::operation_aborted) return;
    stream->asio_loop().enter();
    stream->flush();
  });
}

bool TcpStream::write_queue() {
  while (!queue_.empty()) {
    boost::system::error_code error;
    std::size_t written = 0;
    std::size_t offered = 0;
    if (queue_.size() <= copy_limit_bytes && !queue_.is_one_piece()) {
      std::string& together = asio_loop().write_buffer();
      together.clear();
      queue_.for_each([&](std::string_view piece) {
        together.append(piece);
        return true;
      });
      offered = together.size();
      written = socket_.write_some(asio::buffer(together), error);
    } else {
      std::array<asio::const_buffer, gather_limit> pieces;
      std::size_t count = 0;
      queue_.for_each([&](std::string_view piece) {
        pieces[count++] = asio::buffer(piece.data(), piece.size());
        offered += piece.size();
        return count < pieces.size();
      });
      written = socket_.write_some(std::span<const asio::const_buffer>(pieces.data(), count), error);
    }
    if (error == asio::error::would_block || error == asio::error::try_again) return true;
    if (error) return false;
    queue_.consume(written);
    if (written < offered) return true;
  }
  return true;
}

void TcpStream::flush() {
  if (!socket_.is_open() || state_ == State::closed || linger_) return;
  if (!write_queue()) return finish();
  if (!queue_.empty()) return wait_writable();
  if (state_ == State::closing_after_flush) return begin_linger();
  const auto handler = handler_;
  if (handler) handler->on_drain();
}

void TcpStream::begin_linger() {
  boost::system::error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  linger_ = std::make_unique<Linger>(*this);
  loop_.timers().arm(linger_->timer, linger_timeout);
  paused_ = false;
  wait_readable();
  // The handler is done: what comes now is discarded here.
  if (const auto handler = std::exchange(handler_, nullptr)) handler->on_close();
}

void TcpStream::on_linger_timeout() { end_linger(); }

void TcpStream::end_linger() {
  const auto stream = self();
  linger_.reset();
  finish();
}

void TcpStream::shut() {
  if (!socket_.is_open()) return;
  boost::system::error_code ignored;
  socket_.close(ignored);
  open_streams_->erase(this);
}

}  // namespace socketio::net
