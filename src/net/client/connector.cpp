// SPDX-License-Identifier: MIT
#include "net/client/connector.hpp"

#include "net/failed_attempt.hpp"
#include "net/tls_stream.hpp"

#include <utility>

namespace socketio::net {

/// The way to a server, step by step: each step is an attempt that gets the previous one's stream.
class ClientConnector::Path final : public Attempt {
 public:
  Path(ClientConnector& connector, const Endpoint& target, Done done)
      : loop_(*connector.loop_),
        proxy_(connector.proxy_),
        tls_(target.secure ? connector.tls_ : nullptr),
        target_(target),
        done_(std::move(done)) {
    const Endpoint& first = proxy_ ? proxy_->endpoint : target_;
    step_ = connector.tcp_.connect(
        first, next([this](std::shared_ptr<Stream> stream) { on_connected(std::move(stream)); },
                    proxy_ ? "proxy: " : ""));
  }

 private:
  void on_connected(std::shared_ptr<Stream> stream) {
    if (!proxy_) return on_reached(std::move(stream));
    step_ = open_tunnel(
        std::move(stream), *proxy_, target_,
        next([this](std::shared_ptr<Stream> tunnel) { on_reached(std::move(tunnel)); }));
  }
  void on_reached(std::shared_ptr<Stream> stream) {
    if (!tls_) return finish(std::move(stream), {});
    step_ =
        start_tls(std::move(stream), tls_, target_,
                  next([this](std::shared_ptr<Stream> secure) { finish(std::move(secure), {}); }));
  }

  /// Continues with `use` unless the step failed. A destroyed step calls nothing, so
  /// `this` is alive.
  template <class Use>
  Done next(Use use, std::string prefix = {}) {
    return [this, use, prefix = std::move(prefix)](std::shared_ptr<Stream> stream,
                                                   const ConnectFailure& failure) {
      try {
        if (stream) return use(stream);
        finish(nullptr, {failure.code, prefix + failure.message});
      } catch (...) {
        stream ? stream->on_exception() : loop_.report_exception();
        if (done_) finish(nullptr, {std::make_error_code(std::errc::not_enough_memory), {}});
      }
    };
  }
  void finish(std::shared_ptr<Stream> stream, const ConnectFailure& failure) {
    const auto done = std::exchange(done_, nullptr);
    done(std::move(stream), failure);
  }

  Loop& loop_;
  std::optional<Proxy> proxy_;
  std::shared_ptr<TlsContext> tls_;
  Endpoint target_;
  Done done_;
  std::unique_ptr<Attempt> step_;
};

ClientConnector::ClientConnector(std::shared_ptr<AsioLoop> loop, ConnectorSettings settings)
    : loop_(std::move(loop)), settings_(std::move(settings)), tcp_(loop_) {
  // The user may release the context after this.
  if (settings_.tls.context) tls_ = TlsContext::for_client(settings_.tls, tls_failure_);
}

ClientConnector::~ClientConnector() = default;

ConnectFailure ClientConnector::prepare(bool secure) {
  if (!settings_.proxy.empty() && !proxy_) {
    proxy_ = Proxy::parse(settings_.proxy);
    if (!proxy_) {
      return {ProxyErrc::bad_settings,
              "the proxy is not given as http://[user:password@]host:port"};
    }
  }
  if (secure && !tls_) {
    if (!settings_.tls.context) tls_ = TlsContext::for_client(settings_.tls, tls_failure_);
    if (!tls_) return tls_failure_;
  }
  return {};
}

std::unique_ptr<Connector::Attempt> ClientConnector::connect(const Endpoint& endpoint, Done done) {
  const ConnectFailure failure = prepare(endpoint.secure);
  if (failure.code) return fail_later(*loop_, failure, std::move(done));
  return std::make_unique<Path>(*this, endpoint, std::move(done));
}

}  // namespace socketio::net
