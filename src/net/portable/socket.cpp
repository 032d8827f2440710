// SPDX-License-Identifier: MIT
#include "net/platform/socket.hpp"

#include <cerrno>
#include <sys/socket.h>

namespace socketio::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

Transfer transfer_of(std::size_t bytes, const boost::system::error_code& error) {
  if (!error) return {.bytes = bytes};
  if (error == asio::error::eof) return {};
  if (error == asio::error::would_block || error == asio::error::try_again) {
    return {.error = Transfer::would_block};
  }
  return {.error = error.value()};
}

}  // namespace

Socket::Socket(const asio::any_io_executor& executor) : state_(std::make_shared<State>(executor)) {}

Socket Socket::accept(tcp::acceptor& acceptor, boost::system::error_code& error) {
  Socket accepted(acceptor.get_executor());
  acceptor.accept(accepted.state_->socket, error);
  if (error) accepted.close();
  return accepted;
}

Socket Socket::adopt(const asio::any_io_executor& executor, int descriptor,
                     boost::system::error_code& error) {
  error.clear();
  int type = 0;
  int listens = 0;
  sockaddr_storage own{};
  socklen_t type_size = sizeof type;
  socklen_t listens_size = sizeof listens;
  socklen_t own_size = sizeof own;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 ||
      ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_size) != 0 ||
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own), &own_size) != 0) {
    error.assign(errno, boost::system::system_category());
  } else if (type != SOCK_STREAM || listens != 0) {
    error.assign(EPROTOTYPE, boost::system::system_category());
  }
  if (error) return Socket();
  Socket adopted(executor);
  const int family = own.ss_family;
  adopted.state_->socket.assign(family == tcp::v6().family() ? tcp::v6() : tcp::v4(), descriptor,
                                error);
  if (error) adopted.state_.reset();
  return adopted;
}

Socket Socket::spare(tcp::acceptor& acceptor) {
  Socket spare(acceptor.get_executor());
  boost::system::error_code error;
  spare.state_->socket.open(tcp::v4(), error);
  if (error) spare.close();
  return spare;
}

void Socket::close() {
  if (!state_) return;
  boost::system::error_code ignored;
  state_->socket.close(ignored);
  state_.reset();
}

void Socket::send_at_once() {
  boost::system::error_code ignored;
  state_->socket.set_option(tcp::no_delay(true), ignored);
}

Transfer Socket::receive(std::span<char> buffer) {
  boost::system::error_code error;
  const std::size_t bytes =
      state_->socket.read_some(asio::buffer(buffer.data(), buffer.size()), error);
  return transfer_of(bytes, error);
}

Transfer Socket::send(std::string_view bytes) {
  boost::system::error_code error;
  const std::size_t sent = state_->socket.write_some(piece_of(bytes), error);
  return transfer_of(sent, error);
}

Transfer Socket::send(std::span<Piece> pieces) {
  boost::system::error_code error;
  const std::size_t sent = state_->socket.write_some(pieces, error);
  return transfer_of(sent, error);
}

void Socket::end_sending() {
  boost::system::error_code ignored;
  state_->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

std::optional<tcp::endpoint> Socket::local_endpoint() const {
  boost::system::error_code error;
  const tcp::endpoint endpoint = state_->socket.local_endpoint(error);
  return error ? std::nullopt : std::optional(endpoint);
}

std::optional<tcp::endpoint> Socket::remote_endpoint() const {
  boost::system::error_code error;
  const tcp::endpoint endpoint = state_->socket.remote_endpoint(error);
  const int family = endpoint.data()->sa_family;
  const bool is_ip = family == tcp::v4().family() || family == tcp::v6().family();
  return error || !is_ip ? std::nullopt : std::optional(endpoint);  // a UNIX socket has no address
}

}  // namespace socketio::net
