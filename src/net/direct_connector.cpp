// SPDX-License-Identifier: MIT
#include "net/direct_connector.hpp"

#include "net/connect_path.hpp"
#include "net/settled_attempt.hpp"
#include "net/tls_stream.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <utility>

namespace socketio::net {

namespace {

using boost::asio::local::stream_protocol;

/// The system connects to a UNIX socket at once or not at all.
Socket open_file(AsioLoop& loop, const std::string& path, boost::system::error_code& error) {
  if (path.size() > stream_protocol::endpoint().capacity() - sizeof(sa_family_t) - 1) {
    error = make_error_code(boost::system::errc::filename_too_long);
    return Socket();
  }
  stream_protocol::socket local(loop.context());
  local.open({}, error);
  // Otherwise it would wait for a server with a full backlog.
  if (!error) local.non_blocking(true, error);
  if (!error) local.connect(path, error);
  if (error) return Socket();
  const int descriptor = local.release(error);
  if (error) return Socket();
  Socket socket = Socket::adopt(loop.context().get_executor(), descriptor, error);
  if (error) {
    boost::system::error_code ignored;
    local.assign({}, descriptor, ignored);
  }
  return socket;
}

ConnectFailure failure_at(const Endpoint& endpoint, const std::error_code& code) {
  return {code, "connect to " + describe(endpoint) + ": " + code.message()};
}

}  // namespace

class DirectConnector::Path final : public ConnectPath {
 public:
  Path(DirectConnector& connector, const Endpoint& target, Done done)
      : ConnectPath(*connector.loop_, std::move(done)), tls_(connector.tls_), target_(target) {
    step_ = connector.connect_plainly(
        target_, next([this](std::shared_ptr<Stream> stream) { on_reached(std::move(stream)); }));
  }

 private:
  void on_reached(std::shared_ptr<Stream> stream) {
    step_ =
        start_tls(std::move(stream), tls_, target_,
                  next([this](std::shared_ptr<Stream> secure) { finish(std::move(secure), {}); }));
  }

  std::shared_ptr<TlsContext> tls_;
  Endpoint target_;
};

DirectConnector::DirectConnector(std::shared_ptr<AsioLoop> loop, TlsSettings tls)
    : DirectConnector(loop, std::move(tls), std::make_shared<OpenStreams>(loop)) {
  own_streams_ = open_streams_;
}

DirectConnector::DirectConnector(std::shared_ptr<AsioLoop> loop, TlsSettings tls,
                                 std::shared_ptr<OpenStreams> owners)
    : loop_(std::move(loop)),
      tls_settings_(std::move(tls)),
      open_streams_(std::move(owners)),
      tcp_(loop_, open_streams_) {
  // The user may release the context after this.
  if (tls_settings_.context) prepare_tls();
}

DirectConnector::~DirectConnector() {
  if (!own_streams_) return;
  for (const auto& stream : *own_streams_) stream->close();
}

ConnectFailure DirectConnector::prepare_tls() {
  // A context that could not be used may have been released since.
  const bool may_try = !tls_settings_.context || !tls_failure_.code;
  if (!tls_ && may_try) tls_ = TlsContext::for_client(tls_settings_, tls_failure_);
  return tls_ ? ConnectFailure{} : tls_failure_;
}

std::unique_ptr<Connector::Attempt> DirectConnector::connect(const Endpoint& endpoint, Done done) {
  if (!endpoint.secure) return connect_plainly(endpoint, std::move(done));
  const ConnectFailure failure = prepare_tls();
  if (failure.code) return fail_later(*loop_, failure, std::move(done));
  return std::make_unique<Path>(*this, endpoint, std::move(done));
}

std::unique_ptr<Connector::Attempt> DirectConnector::connect_plainly(const Endpoint& endpoint,
                                                                     Done done) {
  if (!endpoint.path.empty()) return connect_file(endpoint, std::move(done));
  return tcp_.connect(endpoint, std::move(done));
}

std::unique_ptr<Connector::Attempt> DirectConnector::connect_file(const Endpoint& endpoint,
                                                                  Done done) {
  boost::system::error_code error;
  Socket socket = open_file(*loop_, endpoint.path, error);
  if (error) return fail_later(*loop_, failure_at(endpoint, error), std::move(done));
  std::shared_ptr<Stream> stream = TcpStream::open(std::move(socket), open_streams_);
  if (!stream) {
    const auto code = std::make_error_code(std::errc::not_enough_memory);
    return fail_later(*loop_, failure_at(endpoint, code), std::move(done));
  }
  return succeed_later(*loop_, std::move(stream), std::move(done));
}

}  // namespace socketio::net
