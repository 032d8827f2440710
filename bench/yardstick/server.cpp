// SPDX-License-Identifier: MIT
#include "server.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace yardstick {
namespace {

constexpr std::size_t receive_bytes = 512 * 1024;
constexpr std::size_t events_a_turn = 1024;
constexpr int backlog = 4096;
constexpr std::string_view fan_prefix = "42[\"fan\"";

int check(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

}  // namespace

Server::Server(std::uint16_t port)
    : listener_(check(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket")),
      epoll_(check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      received_(receive_bytes) {
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Accepted sockets inherit this from the listening one.
  setsockopt(listener_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  check(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), "bind");
  check(listen(listener_, backlog), "listen");
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  check(epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event), "epoll_ctl");
}

Server::~Server() {
  for (const auto& connection : connections_) ::close(connection->fd);
  ::close(epoll_);
  ::close(listener_);
}

void Server::run() {
  std::array<epoll_event, events_a_turn> events;
  for (;;) {
    const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    if (ready < 0 && errno != EINTR) check(ready, "epoll_wait");
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr == nullptr) {
        accept_all();
      } else {
        on_events(*static_cast<Connection*>(event.data.ptr), event.events);
      }
    }
    if (!fan_.empty()) send_fan();
  }
}

void Server::accept_all() {
  for (;;) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    auto connection = std::make_unique<Connection>();
    connection->fd = fd;
    connection->position = connections_.size();
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                      .data = {.ptr = connection.get()}};
    check(epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
    connections_.push_back(std::move(connection));
  }
}

void Server::close(Connection& connection) {
  ::close(connection.fd);
  const std::size_t position = connection.position;
  connections_.back()->position = position;
  std::swap(connections_[position], connections_.back());
  connections_.pop_back();
}

void Server::on_events(Connection& connection, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0 && !connection.unsent.empty()) {
    std::string unsent;
    unsent.swap(connection.unsent);
    if (!send(connection, unsent)) return close(connection);
  }
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && !read(connection, events)) {
    close(connection);
  }
}

bool Server::read(Connection& connection, std::uint32_t events) {
  for (;;) {
    const std::size_t kept = connection.incomplete.size();
    std::memcpy(received_.data(), connection.incomplete.data(), kept);
    const std::size_t room = received_.size() - kept;
    const ssize_t count = recv(connection.fd, received_.data() + kept, room, 0);
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    const auto received = static_cast<std::size_t>(count);
    if (!on_bytes(connection, std::span(received_).first(kept + received))) return false;
    // A short read means that the socket is empty, and what arrives next is a new edge. An
    // exception is the end of the stream if it has been reported already.
    if (received < room && (events & EPOLLRDHUP) == 0) return true;
  }
}

bool Server::on_bytes(Connection& connection, std::span<char> bytes) {
  std::size_t used = 0;
  bool open = true;
  answers_.clear();
  if (!connection.upgraded) {
    const std::string_view text(bytes.data(), bytes.size());
    const std::size_t end = text.find("\r\n\r\n");
    if (end != std::string_view::npos) {
      answers_ = upgrade_response(text.substr(0, end));
      if (answers_.empty()) return false;
      connection.upgraded = true;
      used = end + 4;
    }
  }
  while (open && connection.upgraded) {
    const ClientFrame frame = read_frame(bytes.subspan(used));
    if (frame.progress == Progress::Violation) return false;
    if (frame.progress == Progress::Incomplete) break;
    used += frame.size;
    open = on_frame(frame);
  }
  connection.incomplete.assign(bytes.data() + used, bytes.size() - used);
  return (answers_.empty() || send(connection, answers_)) && open;
}

bool Server::on_frame(const ClientFrame& frame) {
  const std::string_view payload(frame.payload.data(), frame.payload.size());
  if (frame.first_byte == (fin_bit | opcode_text) && payload.starts_with(fan_prefix)) {
    append_frame(fan_, frame.first_byte, payload);
  } else if (frame.opcode() == opcode_ping) {
    append_frame(answers_, fin_bit | opcode_pong, payload);
  } else if (frame.opcode() != opcode_pong) {
    append_frame(answers_, frame.first_byte, payload);
  }
  return frame.opcode() != opcode_close;
}

bool Server::send(Connection& connection, std::string_view bytes) {
  if (!connection.unsent.empty()) {
    connection.unsent.append(bytes);
    return true;
  }
  const ssize_t sent = ::send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return false;
  const std::size_t taken = sent < 0 ? 0 : static_cast<std::size_t>(sent);
  if (taken < bytes.size()) connection.unsent.assign(bytes.substr(taken));
  return true;
}

void Server::send_fan() {
  for (const auto& connection : connections_) {
    // If a connection cannot be written to, the event that reports this closes it.
    if (connection->upgraded) send(*connection, fan_);
  }
  fan_.clear();
}

}  // namespace yardstick
