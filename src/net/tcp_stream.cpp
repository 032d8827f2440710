// SPDX-License-Identifier: MIT
#include "net/tcp_stream.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <charconv>
#include <utility>

namespace socketio::net {

namespace {

/// Every connection has an address, and most are IPv4, which need not be printed by the C library.
std::string text_of(const boost::asio::ip::address& address) {
  if (!address.is_v4()) return address.to_string();
  std::array<char, 16> text;
  char* end = text.data();
  for (const unsigned char byte : address.to_v4().to_bytes()) {
    if (end != text.data()) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), byte).ptr;
  }
  return {text.data(), end};
}

// How long, and how much, a peer may continue to send after our last bytes.
constexpr std::chrono::seconds linger_timeout{5};
constexpr std::size_t linger_limit_bytes = 1024 * 1024;

// Pieces up to this total size are joined by copying; larger ones are sent with a gathering write.
constexpr std::size_t copy_limit_bytes = 64 * 1024;
constexpr std::size_t gather_limit = 64;

// How often one readable socket may fill the loop's buffer before others get their turn.
constexpr int reads_per_turn = 4;

}  // namespace

void OpenStreams::add(std::shared_ptr<TcpStream> stream) {
  stream->position_ = static_cast<std::uint32_t>(streams_.size());
  streams_.push_back(std::move(stream));
}

void OpenStreams::remove(const TcpStream& stream) {
  if (on_end) on_end(stream);
  if (on_last && size() == 1) on_last();
  const auto place = streams_.begin() + stream.position_;
  streams_.back()->position_ = stream.position_;
  // It may be the last to keep the stream, which ends only when the list is in order again.
  const auto kept = std::exchange(*place, std::move(streams_.back()));
  streams_.pop_back();
}

/// The state of a stream that is closing.
struct TcpStream::Linger {
  explicit Linger(TcpStream& stream) : timer(stream) {}
  MemberTimer<TcpStream, &TcpStream::on_linger_timeout> timer;
  std::size_t discarded_bytes = 0;
  // Everything has been sent, including FIN.
  bool said_all = false;
};

TcpStream::TcpStream(Key, std::shared_ptr<OpenStreams> open_streams)
    : Stream(open_streams->loop()), open_streams_(std::move(open_streams)) {}

std::shared_ptr<TcpStream> TcpStream::open(Socket socket,
                                           std::shared_ptr<OpenStreams> open_streams) {
  socket.send_at_once();
  const auto stream = std::make_shared<TcpStream>(Key(), std::move(open_streams));
  stream->open_streams_->add(stream);
  if (!stream->open_streams_->loop().poller().add(socket, *stream)) {
    stream->open_streams_->remove(*stream);
    return nullptr;
  }
  stream->socket_ = std::move(socket);
  return stream;
}

std::shared_ptr<TcpStream> TcpStream::open(DetachedTcp detached,
                                           std::shared_ptr<OpenStreams> open_streams) {
  auto stream = open(std::move(detached.socket), std::move(open_streams));
  if (!stream) return nullptr;
  stream->said_address_ = std::move(detached.said_address);
  if (!detached.unsent.empty()) stream->write(detached.unsent);
  return stream;
}

DetachedTcp TcpStream::detach() {
  const auto self = shared_from_this();
  DetachedTcp detached;
  queue_.for_each([&](std::string_view piece) {
    detached.unsent.append(piece);
    return true;
  });
  // From here on nothing throws.
  state_ = State::closed;
  queue_.clear();
  stop_waiting();
  handler_ = nullptr;
  open_streams_->loop().poller().remove(socket_, *this);
  detached.socket = std::move(socket_);
  detached.said_address = std::move(said_address_);
  open_streams_->remove(*this);
  return detached;
}

TcpStream::~TcpStream() { shut(); }

std::string TcpStream::remote_address() const {
  if (said_address_) return *said_address_;
  const auto peer = socket_.is_open() ? socket_.remote_endpoint() : std::nullopt;
  return peer ? text_of(peer->address()) : std::string();
}

void TcpStream::pause_reading() { paused_ = true; }

void TcpStream::resume_reading() {
  if (!std::exchange(paused_, false) || !socket_.is_open()) return;
  // The edge may have arrived while nobody was reading.
  open_streams_->loop().poller().call_again(*this);
}

void TcpStream::on_ready(Ready ready) noexcept {
  contain(*this, [this, ready] {
    if (ready.ended) peer_ended_ = true;
    if (peer_ended_ || ready.readable) read();
    if (ready.writable && std::exchange(blocked_, false)) flush();
  });
}

void TcpStream::read() {
  const std::span<char> buffer = open_streams_->loop().read_buffer();
  for (int reads = 0; reads < reads_per_turn; ++reads) {
    if (paused_ || !socket_.is_open() || state_ == State::closed) return;
    const Transfer received = socket_.receive(buffer);
    if (received.error == Transfer::would_block) {
      return open_streams_->loop().poller().await_readable(socket_);
    }
    if (received.error != 0) return fail(received.error);
    if (received.bytes == 0) return finish();
    const std::size_t count = received.bytes;
    if (linger_) {
      linger_->discarded_bytes += count;
      if (linger_->discarded_bytes > linger_limit_bytes) return finish();
    } else if (state_ == State::open) {
      const auto handler = handler_;
      if (handler) handler->on_bytes(buffer.first(count));
    }
    // A short read means that the socket is empty: Poller will report what arrives later.
    if (count < buffer.size()) {
      // Unless the end was reported together with these bytes. It is read after the answer to them
      // has been written.
      if (peer_ended_) break;
      return open_streams_->loop().poller().await_readable(socket_);
    }
  }
  if (socket_.is_open()) open_streams_->loop().poller().call_again(*this);
}

Transfer TcpStream::send_pieces() {
  if (queue_.size() <= copy_limit_bytes) {
    std::string& together = open_streams_->loop().write_buffer();
    together.clear();
    queue_.for_each([&](std::string_view piece) {
      together.append(piece);
      return true;
    });
    return socket_.send(together);
  }
  std::array<Socket::Piece, gather_limit> pieces;
  std::size_t count = 0;
  queue_.for_each([&](std::string_view piece) {
    pieces[count++] = Socket::piece_of(piece);
    return count < pieces.size();
  });
  return socket_.send(std::span(pieces).first(count));
}

bool TcpStream::write_queue() {
  if (queue_.empty()) return true;
  for (;;) {
    const auto all = queue_.one_piece();
    const Transfer sent = all ? socket_.send(*all) : send_pieces();
    if (sent.error == Transfer::would_block) {
      blocked_ = true;
      open_streams_->loop().poller().await_writable(socket_);
      return true;
    }
    if (sent.error != 0) {
      fail(sent.error);
      return false;
    }
    if (consume(sent.bytes)) return true;
  }
}

void TcpStream::flush() {
  const bool is_closing = state_ != State::open;
  if (is_closing && !has_last_words()) return;
  if (!blocked_ && !write_queue()) return;
  if (blocked_) return wait_for_peer();
  is_closing ? begin_linger() : notify_drained();
}

bool TcpStream::has_last_words() {
  if (!socket_.is_open() || state_ == State::closed || (linger_ && linger_->said_all)) return false;
  if (!linger_) linger_ = std::make_unique<Linger>(*this);
  return true;
}

std::size_t TcpStream::underway_bytes() const { return socket_.unacknowledged_bytes(); }

void TcpStream::offer_again() {
  if (Socket::lapses_allowed == 1) return;
  blocked_ = false;
  flush();
}

void TcpStream::fail(int error) {
  error_.assign(error, std::system_category());
  finish();
}

void TcpStream::begin_linger() {
  stop_waiting();
  socket_.end_sending();
  loop_.timers().arm(linger_->timer, linger_timeout);
  linger_->said_all = true;
  paused_ = false;
  open_streams_->loop().poller().call_again(*this);
  // The handler has been notified for the last time: from now on what arrives is discarded here.
  if (const auto handler = std::exchange(handler_, nullptr)) handler->on_close();
}

void TcpStream::on_linger_timeout() { finish(); }

void TcpStream::shut() {
  if (!socket_.is_open()) return;
  open_streams_->loop().poller().remove(socket_, *this);
  socket_.close();
  if (linger_) linger_->timer.cancel();
  open_streams_->remove(*this);
}

}  // namespace socketio::net
