// SPDX-License-Identifier: MIT
#include "net/tcp_stream.hpp"

#include <boost/asio/ip/address.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace socketio::net {

namespace {

// After our last words: how long and how much a peer may go on sending.
constexpr std::chrono::seconds linger_timeout{5};
constexpr std::size_t linger_limit_bytes = 1024 * 1024;

// Pieces up to this size in total are put together by copying; beyond, they are gathered.
constexpr std::size_t copy_limit_bytes = 64 * 1024;
constexpr std::size_t gather_limit = 64;

// How often one readable socket may fill the loop's buffer before others have their turn.
constexpr int reads_per_turn = 4;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

/// Closes a descriptor that nobody has taken over.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

}  // namespace

/// Of a stream that is closing.
struct TcpStream::Linger {
  explicit Linger(TcpStream& stream) : timer(stream) {}
  MemberTimer<TcpStream, &TcpStream::on_linger_timeout> timer;
  std::size_t discarded_bytes = 0;
  bool said_all = false;  // nothing is queued and FIN is sent
};

TcpStream::TcpStream(std::shared_ptr<AsioLoop> loop, std::shared_ptr<OpenStreams> open_streams)
    : Stream(*loop), kept_loop_(std::move(loop)), open_streams_(std::move(open_streams)) {}

std::shared_ptr<TcpStream> TcpStream::open(std::shared_ptr<AsioLoop> loop, int descriptor,
                                           std::shared_ptr<OpenStreams> open_streams) {
  Descriptor taken(descriptor);
  const int on = 1;
  setsockopt(taken.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::shared_ptr<TcpStream> stream(new TcpStream(std::move(loop), std::move(open_streams)));
  stream->open_streams_->emplace(stream.get(), stream);
  if (!stream->kept_loop_->poller().add(taken.get(), *stream)) {
    stream->open_streams_->erase(stream.get());
    return nullptr;
  }
  stream->descriptor_ = taken.release();
  return stream;
}

TcpStream::~TcpStream() { shut(); }

std::string TcpStream::remote_address() const {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getpeername(descriptor_, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  namespace ip = boost::asio::ip;
  if (storage.ss_family == AF_INET) {
    sockaddr_in address{};
    std::memcpy(&address, &storage, sizeof address);
    return ip::make_address_v4(ntohl(address.sin_addr.s_addr)).to_string();
  }
  sockaddr_in6 address{};
  std::memcpy(&address, &storage, sizeof address);
  ip::address_v6::bytes_type bytes{};
  std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
  return ip::address_v6(bytes, address.sin6_scope_id).to_string();
}

void TcpStream::pause_reading() { paused_ = true; }

void TcpStream::resume_reading() {
  if (!std::exchange(paused_, false) || !is_open_descriptor()) return;
  kept_loop_->poller().call_again(*this);  // the edge may have come while nobody looked
}

void TcpStream::on_ready(std::uint32_t events) noexcept {
  contain(*this, [this, events] {
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) peer_ended_ = true;
    if (peer_ended_ || (events & EPOLLIN)) read();
    if ((events & EPOLLOUT) && std::exchange(blocked_, false)) flush();
  });
}

void TcpStream::read() {
  const std::span<char> buffer = kept_loop_->read_buffer();
  for (int reads = 0; reads < reads_per_turn; ++reads) {
    if (paused_ || !is_open_descriptor() || state_ == State::closed) return;
    const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && would_block(errno)) return;
    if (size < 0) return fail(errno);
    if (size == 0) return finish();
    const auto count = static_cast<std::size_t>(size);
    if (linger_) {
      linger_->discarded_bytes += count;
      if (linger_->discarded_bytes > linger_limit_bytes) return finish();
    } else if (state_ == State::open) {
      const auto handler = handler_;
      if (handler) handler->on_bytes(buffer.first(count));
    }
    // A short read has emptied the socket: what comes later makes a new edge.
    if (count < buffer.size()) {
      // Unless the end came in the same edge: that is read once the answer to these bytes has been
      // written.
      if (peer_ended_) break;
      return;
    }
  }
  if (is_open_descriptor()) kept_loop_->poller().call_again(*this);
}

bool TcpStream::write_queue() {
  while (!queue_.empty()) {
    std::array<iovec, gather_limit> pieces;
    std::size_t count = 0;
    if (queue_.size() <= copy_limit_bytes && !queue_.is_one_piece()) {
      std::string& together = kept_loop_->write_buffer();
      together.clear();
      queue_.for_each([&](std::string_view piece) {
        together.append(piece);
        return true;
      });
      pieces[count++] = {together.data(), together.size()};
    } else {
      queue_.for_each([&](std::string_view piece) {
        pieces[count++] = {const_cast<char*>(piece.data()), piece.size()};
        return count < pieces.size();
      });
    }
    ssize_t written;
    if (count == 1) {
      written = ::send(descriptor_, pieces[0].iov_base, pieces[0].iov_len, MSG_NOSIGNAL);
    } else {
      msghdr message{};
      message.msg_iov = pieces.data();
      message.msg_iovlen = count;
      written = ::sendmsg(descriptor_, &message, MSG_NOSIGNAL);
    }
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && would_block(errno)) {
      blocked_ = true;
      return true;
    }
    if (written < 0) {
      fail(errno);
      return false;
    }
    consume(static_cast<std::size_t>(written));
  }
  return true;
}

void TcpStream::flush() {
  if (!is_open_descriptor() || state_ == State::closed || (linger_ && linger_->said_all)) return;
  if (!blocked_ && !write_queue()) return;
  const bool closing = state_ == State::closing_after_flush;
  if (closing && !linger_) linger_ = std::make_unique<Linger>(*this);
  if (blocked_) return wait_for_peer();
  if (closing) return begin_linger();
  notify_drained();
}

std::size_t TcpStream::underway_bytes() const {
  int bytes = 0;
  return ::ioctl(descriptor_, SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

void TcpStream::fail(int error) {
  error_.assign(error, std::system_category());
  finish();
}

void TcpStream::begin_linger() {
  stop_waiting();
  ::shutdown(descriptor_, SHUT_WR);
  loop_.timers().arm(linger_->timer, linger_timeout);
  linger_->said_all = true;
  paused_ = false;
  kept_loop_->poller().call_again(*this);
  // The handler is done: what comes now is discarded here.
  if (const auto handler = std::exchange(handler_, nullptr)) handler->on_close();
}

void TcpStream::on_linger_timeout() { finish(); }

void TcpStream::shut() {
  if (!is_open_descriptor()) return;
  kept_loop_->poller().remove(descriptor_, *this);
  ::close(std::exchange(descriptor_, -1));
  if (linger_) linger_->timer.cancel();
  open_streams_->erase(this);
}

}  // namespace socketio::net
