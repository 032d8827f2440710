// SPDX-License-Identifier: MIT
#include "net/platform/socket.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace socketio::net {

using boost::asio::ip::tcp;

namespace {

/// Repeats a system call that a signal has interrupted.
template <class Call>
Transfer transfer(Call call) {
  for (;;) {
    const ssize_t size = call();
    if (size >= 0) return {.bytes = static_cast<std::size_t>(size)};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {.error = Transfer::would_block};
    if (errno != EINTR) return {.error = errno};
  }
}

/// The result of getsockname() or getpeername().
template <class Ask>
std::optional<tcp::endpoint> endpoint_of(int descriptor, Ask ask) {
  tcp::endpoint endpoint;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (ask(descriptor, endpoint.data(), &size) != 0) return std::nullopt;
  const auto family = endpoint.data()->sa_family;
  if (family != AF_INET && family != AF_INET6) return std::nullopt;  // a UNIX socket
  endpoint.resize(size);
  return endpoint;
}

}  // namespace

Socket Socket::accept(tcp::acceptor& acceptor, boost::system::error_code& error) {
  error.clear();
  Socket accepted(
      ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!accepted.is_open()) error.assign(errno, boost::system::system_category());
  return accepted;
}

Socket Socket::adopt(const boost::asio::any_io_executor&, int descriptor,
                     boost::system::error_code& error) {
  error.clear();
  int type = 0;
  int listens = 0;
  socklen_t type_size = sizeof type;
  socklen_t listens_size = sizeof listens;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 ||
      ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) != 0) {
    error.assign(errno, boost::system::system_category());
  } else if (type != SOCK_STREAM || listens != 0) {
    error.assign(EPROTOTYPE, boost::system::system_category());
  }
  if (error) return Socket();
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return Socket(descriptor);
}

Socket Socket::spare(tcp::acceptor&) { return Socket(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

void Socket::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Socket::send_at_once() {
  const int on = 1;
  ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Transfer Socket::receive(std::span<char> buffer) {
  return transfer([&] { return ::recv(descriptor_, buffer.data(), buffer.size(), 0); });
}

Transfer Socket::send(std::string_view bytes) {
  return transfer([&] { return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL); });
}

Transfer Socket::send(std::span<Piece> pieces) {
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  return transfer([&] { return ::sendmsg(descriptor_, &message, MSG_NOSIGNAL); });
}

void Socket::end_sending() { ::shutdown(descriptor_, SHUT_WR); }

std::size_t Socket::unacknowledged_bytes() const {
  int bytes = 0;
  return ::ioctl(descriptor_, SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

std::optional<std::error_code> Socket::connect_result() const {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return std::error_code(error, std::system_category());
  if (!remote_endpoint()) return std::nullopt;
  return std::error_code();
}

std::optional<tcp::endpoint> Socket::local_endpoint() const {
  return endpoint_of(descriptor_, ::getsockname);
}

std::optional<tcp::endpoint> Socket::remote_endpoint() const {
  return endpoint_of(descriptor_, ::getpeername);
}

}  // namespace socketio::net
