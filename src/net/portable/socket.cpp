// SPDX-License-Identifier: MIT
#include "net/platform/socket.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <cstddef>

namespace socketio::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// Asio's GettableSocketOption: a number that the system knows of a socket.
template <int name_of_trait>
struct Trait {
  template <class Protocol>
  int level(const Protocol&) const {
    return SOL_SOCKET;
  }
  template <class Protocol>
  int name(const Protocol&) const {
    return name_of_trait;
  }
  template <class Protocol>
  void* data(const Protocol&) {
    return &value;
  }
  template <class Protocol>
  std::size_t size(const Protocol&) const {
    return sizeof value;
  }
  template <class Protocol>
  void resize(const Protocol&, std::size_t) {}

  int value = 0;
};

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
  // One that may be of any family.
  asio::generic::stream_protocol::socket any(executor);
  asio::generic::stream_protocol::endpoint own;
  Trait<SO_TYPE> type;
  Trait<SO_ACCEPTCONN> listens;
  any.assign({AF_UNSPEC, 0}, descriptor, error);
  if (!error) any.get_option(type, error);
  if (!error) any.get_option(listens, error);
  if (!error) own = any.local_endpoint(error);
  if (!error && (type.value != SOCK_STREAM || listens.value != 0)) {
    error = make_error_code(boost::system::errc::wrong_protocol_type);
  }
  if (any.is_open()) any.release();
  if (error) return Socket();
  Socket adopted(executor);
  const int family = own.protocol().family();
  adopted.state_->socket.assign(family == tcp::v6().family() ? tcp::v6() : tcp::v4(), descriptor,
                                error);
  if (error) adopted.state_.reset();
  return adopted;
}

void Socket::move_to(const asio::any_io_executor& executor) {
  boost::system::error_code error;
  const tcp::endpoint own = state_->socket.local_endpoint(error);
  const auto moved = std::make_shared<State>(executor);
  const int descriptor = error ? -1 : state_->socket.release(error);
  if (error) return close();
  // A UNIX socket has neither of these families, and works with either.
  const bool is_v6 = own.data()->sa_family == tcp::v6().family();
  moved->socket.assign(is_v6 ? tcp::v6() : tcp::v4(), descriptor, error);
  if (!error) moved->socket.non_blocking(true, error);
  state_ = moved;
  if (error) close();
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
