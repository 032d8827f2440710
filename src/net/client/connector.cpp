// SPDX-License-Identifier: MIT
#include "net/client/connector.hpp"

#include "net/connect_path.hpp"
#include "net/settled_attempt.hpp"
#include "net/tls_stream.hpp"

#include <utility>

namespace socketio::net {

/// The way through a proxy.
class ClientConnector::Path final : public ConnectPath {
 public:
  Path(ClientConnector& connector, const Endpoint& target, Done done)
      : ConnectPath(*connector.loop_, std::move(done)),
        proxy_(*connector.proxy_),
        tls_(target.secure ? connector.direct_.tls() : nullptr),
        target_(target) {
    step_ = connector.direct_.connect(
        proxy_.endpoint,
        next([this](std::shared_ptr<Stream> stream) { on_connected(std::move(stream)); },
             "proxy: "));
  }

 private:
  void on_connected(std::shared_ptr<Stream> stream) {
    step_ = open_tunnel(
        std::move(stream), proxy_, target_,
        next([this](std::shared_ptr<Stream> tunnel) { on_reached(std::move(tunnel)); }));
  }
  void on_reached(std::shared_ptr<Stream> stream) {
    if (!tls_) return finish(std::move(stream), {});
    step_ =
        start_tls(std::move(stream), tls_, target_,
                  next([this](std::shared_ptr<Stream> secure) { finish(std::move(secure), {}); }));
  }

  Proxy proxy_;
  std::shared_ptr<TlsContext> tls_;
  Endpoint target_;
};

ClientConnector::ClientConnector(std::shared_ptr<AsioLoop> loop, ConnectorSettings settings)
    : loop_(loop),
      proxy_url_(std::move(settings.proxy)),
      direct_(std::move(loop), std::move(settings.tls)) {}

ClientConnector::~ClientConnector() = default;

ConnectFailure ClientConnector::prepare(bool secure) {
  if (!proxy_url_.empty() && !proxy_) {
    proxy_ = Proxy::parse(proxy_url_);
    if (!proxy_) {
      return {ProxyErrc::bad_settings,
              "the proxy is not given as http://[user:password@]host:port"};
    }
  }
  return secure ? direct_.prepare_tls() : ConnectFailure{};
}

std::unique_ptr<Connector::Attempt> ClientConnector::connect(const Endpoint& endpoint, Done done) {
  const ConnectFailure failure = prepare(endpoint.secure);
  if (failure.code) return fail_later(*loop_, failure, std::move(done));
  if (!proxy_) return direct_.connect(endpoint, std::move(done));
  return std::make_unique<Path>(*this, endpoint, std::move(done));
}

}  // namespace socketio::net
