// SPDX-License-Identifier: MIT
#include "net/tcp_connector.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace socketio::net {

namespace {

using Address = boost::asio::ip::address;
using TcpEndpoint = boost::asio::ip::tcp::endpoint;

/// The address families alternate, beginning with the one that the system prefers. The order within
/// a family is kept (RFC 8305 section 4).
std::vector<Address> interleaved(const std::vector<Address>& addresses) {
  std::vector<Address> first;
  std::vector<Address> second;
  for (const Address& address : addresses) {
    auto& family = address.is_v6() == addresses.front().is_v6() ? first : second;
    if (std::find(family.begin(), family.end(), address) == family.end()) family.push_back(address);
  }
  std::vector<Address> order;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) order.push_back(first[i]);
    if (i < second.size()) order.push_back(second[i]);
  }
  order.resize(std::min(order.size(), TcpConnector::address_limit));
  return order;
}

/// True for errors that say nothing about the server, only that this machine has no route to
/// such addresses.
bool is_about_routes(const std::error_code& code) {
  return code == std::errc::network_unreachable || code == std::errc::address_not_available ||
         code == std::errc::address_family_not_supported || code == std::errc::host_unreachable ||
         // A link-local address without its link.
         code == std::errc::invalid_argument;
}

/// When nobody listens on a port of this machine, the system may give that port to the very socket
/// that connects to it.
bool is_connected_to_itself(const Socket& socket) {
  const auto own = socket.local_endpoint();
  return own && own == socket.remote_endpoint();
}

}  // namespace

std::string describe(const Endpoint& endpoint) {
  if (!endpoint.path.empty()) return endpoint.path;
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return (is_v6 ? '[' + endpoint.host + ']' : endpoint.host) + " port " +
         std::to_string(endpoint.port);
}

/// One connect(): resolves the name, then lets its addresses race. Only its Handle owns it.
class TcpConnector::Race final : public std::enable_shared_from_this<Race> {
 public:
  Race(std::shared_ptr<AsioLoop> loop, std::shared_ptr<OpenStreams> open_streams, Endpoint endpoint,
       Done done)
      : loop_(std::move(loop)),
        open_streams_(std::move(open_streams)),
        endpoint_(std::move(endpoint)),
        done_(std::move(done)),
        resolver_(loop_->context()) {}

  void start();
  void race(const std::vector<Address>& addresses);
  /// For contain(): fails the attempt.
  void on_exception() noexcept;

 private:
  /// The attempt to connect to one address.
  class Runner final : private Watched {
   public:
    Runner(Race& race, const TcpEndpoint& address) : race_(race), address_(address) {}
    ~Runner() { close(); }
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    std::error_code start();
    const TcpEndpoint& address() const { return address_; }
    Socket release() {
      race_.loop_->poller().remove(socket_, *this);
      return std::move(socket_);
    }

   private:
    void on_ready(Ready) noexcept override {
      contain(race_, [this] { look(); });
    }
    void look();
    void close() {
      if (socket_.is_open()) release().close();
    }

    Race& race_;
    TcpEndpoint address_;
    Socket socket_;
  };

  void resolve();
  void on_resolved(const boost::system::error_code& error,
                   const boost::asio::ip::tcp::resolver::results_type& results);
  void start_next();
  void on_connected(Runner& runner);
  void on_failed(Runner& runner, const std::error_code& code);
  void note_failure(const TcpEndpoint& address, const std::error_code& code);
  void finish(std::shared_ptr<Stream> stream, const ConnectFailure& failure);

  std::shared_ptr<AsioLoop> loop_;
  std::shared_ptr<OpenStreams> open_streams_;
  Endpoint endpoint_;
  Done done_;
  boost::asio::ip::tcp::resolver resolver_;
  // The last one is next.
  std::vector<Address> waiting_;
  std::vector<std::unique_ptr<Runner>> runners_;
  ConnectFailure failure_;
  MemberTimer<Race, &Race::start_next> next_timer_{*this};
};

class TcpConnector::Handle final : public Attempt {
 public:
  explicit Handle(std::shared_ptr<Race> race) : race_(std::move(race)) {}

 private:
  std::shared_ptr<Race> race_;
};

void TcpConnector::Race::start() {
  boost::system::error_code not_numeric;
  const auto address = boost::asio::ip::make_address(endpoint_.host, not_numeric);
  if (not_numeric) return resolve();
  race({address});
}

void TcpConnector::Race::resolve() {
  // The system's resolver stops at a NUL character, so it would resolve another name than the one
  // that is checked elsewhere.
  if (endpoint_.host.empty() || endpoint_.host.find('\0') != std::string::npos) {
    return on_resolved(boost::asio::error::host_not_found, {});
  }
  resolver_.async_resolve(endpoint_.host, std::to_string(endpoint_.port),
                          boost::asio::ip::tcp::resolver::numeric_service,
                          [weak = weak_from_this(), underway = loop_->resolutions()](
                              const boost::system::error_code& error, const auto& results) {
                            const auto self = weak.lock();
                            if (!self) return;
                            self->loop_->enter();
                            contain(*self, [&] { self->on_resolved(error, results); });
                          });
}

void TcpConnector::Race::on_resolved(const boost::system::error_code& error,
                                     const boost::asio::ip::tcp::resolver::results_type& results) {
  if (error || results.empty()) {
    const std::error_code code =
        error ? error : boost::system::error_code(boost::asio::error::host_not_found);
    return finish(nullptr, {code, "resolve host " + endpoint_.host + ": " + code.message()});
  }
  std::vector<Address> addresses;
  for (const auto& entry : results) addresses.push_back(entry.endpoint().address());
  race(addresses);
}

void TcpConnector::Race::race(const std::vector<Address>& addresses) {
  waiting_ = interleaved(addresses);
  std::reverse(waiting_.begin(), waiting_.end());
  start_next();
}

void TcpConnector::Race::start_next() {
  while (!waiting_.empty()) {
    auto runner = std::make_unique<Runner>(*this, TcpEndpoint(waiting_.back(), endpoint_.port));
    waiting_.pop_back();
    if (const std::error_code code = runner->start()) {
      note_failure(runner->address(), code);
      continue;
    }
    runners_.push_back(std::move(runner));
    if (!waiting_.empty()) loop_->timers().arm(next_timer_, attempt_delay);
    return;
  }
  if (runners_.empty()) finish(nullptr, failure_);
}

std::error_code TcpConnector::Race::Runner::start() {
  return race_.loop_->poller().connect(socket_, address_, *this);
}

void TcpConnector::Race::Runner::look() {
  const auto result = socket_.connect_result();
  if (!result) return;
  if (*result) return race_.on_failed(*this, *result);
  if (!is_connected_to_itself(socket_)) return race_.on_connected(*this);
  race_.on_failed(*this, boost::system::error_code(boost::asio::error::connection_refused));
}

void TcpConnector::Race::on_connected(Runner& runner) {
  const auto stream = TcpStream::open(runner.release(), open_streams_);
  if (stream) return finish(stream, {});
  on_failed(runner, std::make_error_code(std::errc::not_enough_memory));
}

void TcpConnector::Race::on_failed(Runner& runner, const std::error_code& code) {
  note_failure(runner.address(), code);
  std::erase_if(runners_, [&](const auto& one) { return one.get() == &runner; });
  start_next();
}

void TcpConnector::Race::note_failure(const TcpEndpoint& address, const std::error_code& code) {
  if (failure_.code && is_about_routes(code)) return;
  std::string where = describe(endpoint_);
  const std::string text = address.address().to_string();
  if (text != endpoint_.host) where += " (" + text + ')';
  failure_ = {code, "connect to " + where + ": " + code.message()};
}

void TcpConnector::Race::finish(std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
  const auto self = shared_from_this();
  next_timer_.cancel();
  waiting_.clear();
  runners_.clear();
  const auto done = std::exchange(done_, nullptr);
  done(std::move(stream), failure);
}

void TcpConnector::Race::on_exception() noexcept {
  loop_->report_exception();
  if (done_) finish(nullptr, {std::make_error_code(std::errc::not_enough_memory), {}});
}

TcpConnector::TcpConnector(std::shared_ptr<AsioLoop> loop)
    : loop_(std::move(loop)),
      own_streams_(std::make_shared<OpenStreams>(loop_)),
      open_streams_(own_streams_) {}

TcpConnector::TcpConnector(std::shared_ptr<AsioLoop> loop, std::shared_ptr<OpenStreams> owners)
    : loop_(std::move(loop)), open_streams_(std::move(owners)) {}

TcpConnector::~TcpConnector() {
  if (!own_streams_) return;
  for (const auto& stream : *own_streams_) stream->close();
}

std::unique_ptr<Connector::Attempt> TcpConnector::connect(const Endpoint& endpoint, Done done) {
  auto race = std::make_shared<Race>(loop_, open_streams_, endpoint, std::move(done));
  loop_->defer([weak = std::weak_ptr(race)] {
    if (const auto self = weak.lock()) contain(*self, [&] { self->start(); });
  });
  return std::make_unique<Handle>(std::move(race));
}

std::unique_ptr<Connector::Attempt> TcpConnector::connect_any(const Endpoint& endpoint,
                                                              std::vector<Address> addresses,
                                                              Done done) {
  auto race = std::make_shared<Race>(loop_, open_streams_, endpoint, std::move(done));
  loop_->defer([weak = std::weak_ptr(race), addresses = std::move(addresses)] {
    if (const auto self = weak.lock()) contain(*self, [&] { self->race(addresses); });
  });
  return std::make_unique<Handle>(std::move(race));
}

}  // namespace socketio::net
