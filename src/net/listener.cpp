// SPDX-License-Identifier: MIT
#include "net/listener.hpp"

#include "base/immortal.hpp"
#include "base/log.hpp"
#include "net/system.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <filesystem>
#include <string>
#include <utility>

namespace socketio::net {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds rest_time{100};
constexpr int backlog = 4096;

/// The one error of ours. The system's text for it, "Invalid argument", does not say
/// which argument.
class AddressCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "address"; }
  std::string message(int) const override {
    return "not an IP address (names other than localhost are not looked up)";
  }
  std::error_condition default_error_condition(int) const noexcept override {
    return std::errc::invalid_argument;
  }
};

/// Removes the file of a UNIX socket to which nobody listens any more.
void remove_stale(asio::io_context& context, const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_socket(path, ignored)) return;
  asio::local::stream_protocol::socket probe(context);
  boost::system::error_code failure;
  probe.open({}, failure);
  // Otherwise it would wait for a server with a full backlog.
  if (!failure) probe.non_blocking(true, failure);
  if (!failure) probe.connect(path, failure);
  if (failure == asio::error::connection_refused) std::filesystem::remove(path, ignored);
}

std::error_code not_an_address() { return {1, immortal<AddressCategory>()}; }

}  // namespace

Listener::Listener(AsioLoop& loop, OnAccept on_accept)
    : loop_(loop),
      on_accept_(std::move(on_accept)),
      acceptor_(loop.context()),
      spare_(Socket::spare(acceptor_)) {}

bool Listener::bind(const tcp::endpoint& endpoint, boost::system::error_code& error) {
  boost::system::error_code ignored;
  if (acceptor_.is_open()) acceptor_.close(ignored);
  acceptor_.open(endpoint.protocol(), error);
  if (error) return false;
  keep_from_children(acceptor_);
  acceptor_.set_option(tcp::acceptor::reuse_address(true), ignored);
  if (endpoint.protocol() == tcp::v6()) acceptor_.set_option(asio::ip::v6_only(false), ignored);
  acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(backlog, error);
  return !error;
}

std::uint16_t Listener::open(std::string_view address, std::uint16_t port, std::error_code& error) {
  boost::system::error_code failure;
  if (address.empty()) {
    // A machine without IPv6 still has IPv4.
    if (!bind({tcp::v6(), port}, failure) && failure != asio::error::address_in_use &&
        failure != asio::error::access_denied) {
      bind({tcp::v4(), port}, failure);
    }
  } else {
    const std::string name(address == "localhost" ? "127.0.0.1" : address);
    const auto parsed = asio::ip::make_address(name, failure);
    if (failure) {
      error = not_an_address();
      return 0;
    }
    bind({parsed, port}, failure);
  }
  error = failure;
  if (failure) return 0;
  acceptor_.non_blocking(true, failure);
  return acceptor_.local_endpoint(failure).port();
}

void Listener::open_file(const std::string& path, std::optional<unsigned> permissions,
                         std::error_code& error) {
  if (path.size() > asio::local::stream_protocol::endpoint().capacity() - sizeof(sa_family_t) - 1) {
    error = std::make_error_code(std::errc::filename_too_long);
    return;
  }
  remove_stale(loop_.context(), path);
  boost::system::error_code failure;
  asio::local::stream_protocol::acceptor acceptor(loop_.context());
  acceptor.open({}, failure);
  if (!failure) acceptor.bind(path, failure);
  if (failure) {
    error = failure;
    return;
  }
  path_ = path;
  // Nobody can connect before listen().
  if (permissions) {
    std::filesystem::permissions(path, static_cast<std::filesystem::perms>(*permissions), error);
  }
  if (!error) {
    acceptor.listen(backlog, failure);
    error = failure;
  }
  if (!error) adopt(acceptor.release(), error);
  if (error) {
    acceptor.close(failure);
    close();
  }
}

std::uint16_t Listener::adopt(int descriptor, std::error_code& error) {
  boost::system::error_code failure;
  // One that may be of any family.
  asio::basic_socket_acceptor<asio::generic::stream_protocol> any(loop_.context());
  any.assign({AF_UNSPEC, 0}, descriptor, failure);
  if (!failure) any.listen(backlog, failure);
  const auto endpoint =
      failure ? asio::generic::stream_protocol::endpoint() : any.local_endpoint(failure);
  if (any.is_open()) any.release();
  const int family = endpoint.protocol().family();
  const auto protocol = family == tcp::v6().family() ? tcp::v6() : tcp::v4();
  if (!failure) acceptor_.assign(protocol, descriptor, failure);
  if (!failure) acceptor_.non_blocking(true, failure);
  error = failure;
  if (failure) return 0;
  keep_from_children(acceptor_);
  if (family != protocol.family()) return 0;
  return acceptor_.local_endpoint(failure).port();
}

void Listener::start() {
  acceptor_.async_wait(tcp::acceptor::wait_read,
                       kept_in(loop_.handler_memory(),
                               [self = shared_from_this()](const boost::system::error_code& error) {
                                 if (error || !self->acceptor_.is_open()) return;
                                 self->loop_.enter();
                                 contain(*self, [&] { self->accept(); });
                               }));
}

void Listener::on_exception() noexcept {
  loop_.report_exception();
  loop_.timers().arm(rest_timer_, rest_time);
}

void Listener::accept() {
  // Accepts those that are waiting, but not so many that the loop's other sockets have
  // to wait long.
  for (int accepted = 0; accepted < 64 && acceptor_.is_open(); ++accepted) {
    boost::system::error_code error;
    Socket socket = Socket::accept(acceptor_, error);
    if (!error) {
      on_accept_(std::move(socket));
    } else if (error == asio::error::would_block || error == asio::error::try_again) {
      break;
    } else if (error != asio::error::interrupted && error != asio::error::connection_aborted) {
      log_line(LogScope::net, LogLevel::error, {"cannot accept a connection: ", error.message()});
      return rest();
    }
  }
  if (acceptor_.is_open()) start();
}

void Listener::rest() {
  if (spare_.is_open()) {
    spare_.close();
    boost::system::error_code ignored;
    Socket::accept(acceptor_, ignored).close();
    spare_ = Socket::spare(acceptor_);
  }
  loop_.timers().arm(rest_timer_, rest_time);
}

void Listener::on_rested() {
  if (!spare_.is_open()) spare_ = Socket::spare(acceptor_);
  if (acceptor_.is_open()) start();
}

void Listener::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  rest_timer_.cancel();
  // A new server may have replaced it.
  if (!path_.empty()) remove_stale(loop_.context(), std::exchange(path_, {}));
}

}  // namespace socketio::net
