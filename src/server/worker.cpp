// SPDX-License-Identifier: MIT
#include "server/worker.hpp"

#include "base/contain.hpp"
#include "core/server/namespace_state.hpp"
#include "net/tls_stream.hpp"
#include "server/adapter_maker.hpp"
#include "server/http_connection.hpp"
#include "server/metrics_snapshot.hpp"
#include "server/option_mapping.hpp"
#include "server/proxy_receiver.hpp"
#include "server/worker_user_loop.hpp"

#include <utility>

namespace socketio::server {

namespace asio = boost::asio;

namespace {

/// Null if the server is alone.
std::shared_ptr<cluster::ClusterNode> join_cluster(const ServerOptions& options,
                                                   const std::shared_ptr<net::AsioLoop>& loop) {
  const auto& maker = options.adapter.maker();
  if (!maker) return nullptr;
  const auto node = std::make_shared<cluster::ClusterNode>(*loop);
  node->add(maker->make_bus(loop), maker->cluster_options());
  return node;
}

core::Options node_options(const ServerOptions& options,
                           const std::shared_ptr<cluster::ClusterNode>& cluster) {
  core::Options mapped = core_options(options);
  if (cluster) mapped.adapter = cluster->adapter_factory();
  return mapped;
}

}  // namespace

Worker::Worker(const ServerOptions& options, std::shared_ptr<RouterState> router,
               asio::io_context* context)
    : options_(options),
      own_context_(context ? nullptr : std::make_unique<asio::io_context>(1)),
      context_(context ? *context : *own_context_),
      loop_(std::make_shared<net::AsioLoop>(context_)),
      cluster_(join_cluster(options, loop_)),
      node_(*loop_, node_options(options, cluster_)),
      timers_(std::make_shared<core::Timers>(std::make_unique<WorkerUserLoop>(*loop_, main_))),
      hooks_(options, [this](std::string_view what,
                             const std::exception_ptr& thrown) { report(what, thrown); }),
      engine_(*loop_, engine_options(options),
              [this](const std::shared_ptr<engine::Session>& session) {
                return engine_connections_ ? engine_connections_->accept(session)
                                           : node_.accept(session);
              }),
      dispatcher_(options, engine_, std::move(router), timers_) {
  hooks_.attach(engine_, dispatcher_.pending());
  node_.link()->task_loop = timers_;
  if (options.limits.connections_per_address != 0) {
    open_streams_->on_end = [this](const net::TcpStream& stream) { stop_counting(stream); };
  }
  loop_->set_exception_hook([this] { report("connection"); });
  dispatcher_.cors().set_error_hook([this] { report("cors"); });
  dispatcher_.set_middleware_error_hook(
      [this](const std::exception_ptr& thrown) { report("engine", thrown); });
  dispatcher_.set_router_error_hook([this](const http::Request& request) {
    report("http " + request.method + " " + http::percent_decode(request.path()));
  });
}

core::EngineConnections& Worker::serve_engine_only() {
  if (!engine_connections_) engine_connections_.emplace(node_.link());
  return *engine_connections_;
}

Worker::~Worker() {
  timers_->drop();  // in case close() threw before it did
  if (cluster_) cluster_->leave();
  // Callers that wait for a result learn that there is none.
  loop_->run_posted();
  for (const auto& [key, stream] : *open_streams_) stream->close();
  loop_->drain();
  closing_.complete();
  loop_->stop();
  if (own_context_) {
    own_context_->restart();
    own_context_->poll();
  }
}

void Worker::report(std::string_view what, const std::exception_ptr& thrown) noexcept {
  node_.report(what, thrown);
}

std::uint16_t Worker::listen(const ListenOptions& options, std::error_code& error) {
  const Reception reception{
      options.proxy_protocol,
      options.tls ? net::TlsContext::for_server(options.tls->certificates_) : nullptr};
  auto listener = std::make_shared<net::Listener>(
      *loop_, [this, reception](net::Socket socket) { accept(std::move(socket), reception); });
  std::uint16_t chosen = 0;
  if (options.descriptor) {
    chosen = listener->adopt(*options.descriptor, error);
  } else if (!options.unix_path.empty()) {
    listener->open_file(options.unix_path, options.unix_permissions, error);
  } else {
    chosen = listener->open(options.address, options.port, error);
  }
  if (error) return 0;
  listener->start();
  listeners_.push_back(std::move(listener));
  if (options_.metrics) lag_.start();
  return chosen;
}

void Worker::accept(net::Socket socket, const Reception& reception) {
  const auto stream = open_stream(std::move(socket));
  if (!stream) return;
  contain(*stream, [&] {
    if (!reception.has_proxy_header) {
      serve(stream, reception.tls);
      return;
    }
    ProxyReceiver::begin(stream, options_.limits.header_timeout,
                         [this, stream, tls = reception.tls] { serve(stream, tls); });
  });
}

bool Worker::admit(const net::TcpStream& stream) {
  const std::size_t most = options_.limits.connections_per_address;
  if (most == 0) return true;
  std::string address = stream.remote_address();
  if (addresses_.count(address) >= most) return false;
  const auto admitted = admitted_.emplace(&stream, std::move(address)).first;
  try {
    addresses_.add(admitted->second);
  } catch (...) {
    admitted_.erase(admitted);
    throw;
  }
  return true;
}

void Worker::stop_counting(const net::TcpStream& stream) noexcept {
  const auto found = admitted_.find(&stream);
  if (found == admitted_.end()) return;
  addresses_.remove(found->second);
  admitted_.erase(found);
}

std::shared_ptr<net::TcpStream> Worker::open_stream(net::Socket socket) {
  const bool is_full =
      options_.limits.connections != 0 && open_streams_->size() >= options_.limits.connections;
  if (is_full) {
    ++connections_refused_;
    return nullptr;
  }
  return net::TcpStream::open(loop_, std::move(socket), open_streams_);
}

void Worker::take_over(net::Socket socket, std::string received) {
  if (options_.metrics) lag_.start();
  const auto stream = open_stream(std::move(socket));
  if (!stream) return;
  contain(*stream, [&] {
    const auto connection = serve(stream, nullptr);
    if (!connection) return;
    connection->serve_one_request();
    const std::size_t size = received.size();
    if (size == 0) return;
    received.resize(size + net::AsioLoop::read_padding_bytes);
    stream->pass_on({received.data(), size});
  });
}

std::shared_ptr<HttpConnection> Worker::serve(const std::shared_ptr<net::TcpStream>& tcp,
                                              const std::shared_ptr<net::TlsContext>& tls) {
  if (!admit(*tcp)) {
    ++connections_refused_;
    tcp->close();
    return nullptr;
  }
  ++connections_accepted_;
  const std::shared_ptr<Stream> stream =
      tls ? std::shared_ptr<Stream>(net::TlsStream::accept(tcp, tls)) : tcp;
  const auto connection = std::make_shared<HttpConnection>(dispatcher_);
  stream->set_handler(connection);
  connection->attach(stream);
  return connection;
}

Metrics Worker::metrics() {
  Metrics metrics;
  metrics.connections = open_streams_->size();
  metrics.connections_accepted = connections_accepted_;
  metrics.connections_refused = connections_refused_;
  add_to(metrics, engine_.counters());
  add_to(metrics, node_.counters());
  metrics.loop_lag = lag_.histogram();
  return metrics;
}

void Worker::run() {
  loop_->adopt_thread();
  work_.emplace(context_.get_executor());
  context_.run();
}

void Worker::drain(std::chrono::milliseconds spread, std::function<void()> on_empty) {
  for (const auto& listener : listeners_) listener->close();
  engine_.drain(spread, std::move(on_empty));
}

void Worker::close() {
  for (const auto& listener : listeners_) listener->close();
  node_.close();
  engine_.close();
  if (cluster_) cluster_->leave();
  timers_->drop();
  lag_.stop();
  for (const auto& [key, stream] : *open_streams_) stream->close_soon();
  closing_.begin();
  work_.reset();
}

}  // namespace socketio::server
