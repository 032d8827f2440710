// SPDX-License-Identifier: MIT
#include "stream.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace load {
namespace {

constexpr unsigned source_addresses = 250;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

void set(int fd, int level, int option) {
  const int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

void bind_source(int fd, unsigned source) {
  // The port is chosen during connect(), when only the pair of addresses has to be unique.
  set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + source % source_addresses);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
    throw std::system_error(errno, std::generic_category(), "bind to a loopback address");
  }
}

bool is_loopback(const sockaddr_in& address) {
  return ntohl(address.sin_addr.s_addr) >> 24U == 127;
}

// On loopback the handshake is complete when connect() returns, whatever it returns.
bool is_established(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return getsockopt(fd, SOL_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state == TCP_ESTABLISHED;
}

}  // namespace

Stream::~Stream() {
  if (fd_ >= 0) ::close(fd_);
}

void Stream::connect(unsigned source) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  set(fd_, IPPROTO_TCP, TCP_NODELAY);
  if (is_loopback(target_.address)) bind_source(fd_, source);
  const auto* address = reinterpret_cast<const sockaddr*>(&target_.address);
  const int result = ::connect(fd_, address, sizeof target_.address);
  if (result < 0 && errno != EINPROGRESS) return fail(std::strerror(errno));
  connecting_ = !is_established(fd_);
  loop_.add(fd_, *this);
  if (!connecting_) on_connected();
}

void Stream::connected_or_failed() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail(std::strerror(error));
  connecting_ = false;
  on_connected();
}

void Stream::reset() {
  if (fd_ < 0) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(fd_);
  fd_ = -1;
  connecting_ = false;
  incomplete_.clear();
  unsent_.clear();
}

void Stream::fail(std::string_view why) {
  const std::string reason(why);
  reset();
  on_failure(reason);
}

void Stream::send(std::string_view bytes) {
  if (fd_ < 0) return;
  if (!unsent_.empty()) {
    unsent_.append(bytes);
    return;
  }
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes.size())) return;
  if (sent < 0 && !would_block(errno)) return fail(std::strerror(errno));
  unsent_.assign(bytes.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent)));
}

void Stream::flush() {
  const ssize_t sent = ::send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    if (!would_block(errno)) fail(std::strerror(errno));
    return;
  }
  unsent_.erase(0, static_cast<std::size_t>(sent));
}

void Stream::on_events(std::uint32_t events) {
  if (connecting_) {
    connected_or_failed();
    if (fd_ < 0) return;
  }
  if ((events & EPOLLOUT) != 0 && !unsent_.empty()) flush();
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && fd_ >= 0) {
    // A short read means that the socket is empty, and what arrives next is a new edge. An
    // exception is the end of the stream if it has been reported already.
    read((events & EPOLLRDHUP) != 0 ? Extent::ToEnd : Extent::ToShortRead);
  }
}

void Stream::read(Extent extent) {
  for (bool more = true; more && fd_ >= 0;) {
    const std::size_t kept = incomplete_.size();
    if (kept == Loop::receive_bytes) return fail("a message does not fit into the buffer");
    std::memcpy(loop_.buffer(), incomplete_.data(), kept);
    const std::size_t room = Loop::receive_bytes - kept;
    const ssize_t received = ::recv(fd_, loop_.buffer() + kept, room, 0);
    if (received == 0) return fail("closed by the server");
    if (received < 0) {
      if (would_block(errno)) break;
      return fail(std::strerror(errno));
    }
    loop_.touch_clock();
    const auto count = static_cast<std::size_t>(received);
    more = count == room || extent == Extent::ToEnd;
    const std::string_view bytes(loop_.buffer(), kept + count);
    const std::size_t used = on_bytes(bytes);
    if (fd_ < 0) return;
    incomplete_.assign(bytes.substr(used));
  }
  if (fd_ >= 0) on_read_end();
}

}  // namespace load
