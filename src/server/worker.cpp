// SPDX-License-Identifier: MIT
#include "server/worker.hpp"

#include "base/contain.hpp"
#include "core/server/namespace_state.hpp"
#include "net/detached_stream.hpp"
#include "net/tls_stream.hpp"
#include "server/adapter_maker.hpp"
#include "server/http_connection.hpp"
#include "server/metrics_snapshot.hpp"
#include "server/option_mapping.hpp"
#include "server/proxy_receiver.hpp"
#include "server/worker_user_loop.hpp"

#include <utility>
#include <variant>

namespace socketio::server {

namespace asio = boost::asio;

namespace {

/// Null for the only loop of a server that is alone. The first loop has the adapter's bus for all.
std::shared_ptr<cluster::ClusterNode> make_cluster(
    const Shared& shared, const LoopPlace& place, const std::shared_ptr<net::AsioLoop>& loop,
    const std::shared_ptr<net::OpenStreams>& streams) {
  const auto& maker = shared.options.adapter.maker();
  const bool has_adapter = maker && place.index == 0;
  if (!shared.buses && !has_adapter) return nullptr;
  auto node = std::make_shared<cluster::ClusterNode>(*loop);
  // A loop says when it ends, so clients may take their time.
  if (shared.buses) {
    node->add(shared.buses->make_bus(*loop),
              {.peers = cluster::Peers::loops, .clients_timeout = std::nullopt});
  }
  if (has_adapter) node->add(maker->make_bus(loop, streams), maker->cluster_options());
  return node;
}

core::Options node_options(const ServerOptions& options, const LoopPlace& place,
                           cluster::ClusterNode* cluster) {
  core::Options core = core_options(options, place);
  if (cluster) core.adapter = cluster->adapter_factory();
  if (cluster && place.count > 1) core.parent_adapter = cluster->parent_adapter_factory();
  return core;
}

}  // namespace

Worker& least_loaded(const Workers& workers, std::size_t first) {
  Worker* least = workers[first].get();
  for (std::size_t step = 1; step < workers.size(); ++step) {
    Worker* const next = workers[(first + step) % workers.size()].get();
    if (next->load() < least->load()) least = next;
  }
  return *least;
}

Worker::Worker(const Shared& shared, const LoopPlace& place, asio::io_context* context)
    : shared_(shared),
      options_(shared.options),
      place_(place),
      own_context_(context ? nullptr : std::make_unique<asio::io_context>(1)),
      context_(context ? *context : *own_context_),
      loop_(std::make_shared<net::AsioLoop>(context_)),
      cluster_(make_cluster(shared, place, loop_, bus_streams_)),
      node_(*loop_, node_options(options_, place, cluster_.get()), &shared.group),
      timers_(std::make_shared<core::Timers>(std::make_unique<WorkerUserLoop>(*loop_, main_))),
      hooks_(options_, [this](std::string_view what,
                              const std::exception_ptr& thrown) { report(what, thrown); }),
      engine_(*loop_, engine_options(options_, place),
              [this](const std::shared_ptr<engine::Session>& session) {
                return engine_connections_ ? engine_connections_->accept(session)
                                           : node_.accept(session);
              }),
      dispatcher_(options_, engine_, shared.router, timers_) {
  loop_->set_posted_limit(options_.limits.posted_bytes);
  shared.group.add(*loop_, node_);
  hooks_.attach(engine_, dispatcher_.pending());
  node_.link()->task_loop = timers_;
  open_streams_->on_end = [this](const net::TcpStream& stream) { stop_counting(stream); };
  dispatcher_.set_place(place, [this](std::size_t loop, DetachedConnection connection) {
    give_away(loop, std::move(connection));
  });
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
  shared_.group.remove(place_.index);
  if (shared_.buses) shared_.buses->remove(place_.index);
  timers_->drop();  // in case close() threw before it did
  if (cluster_) cluster_->leave();
  // Callers that wait for a result learn that there is none.
  loop_->run_posted();
  for (const auto& stream : *open_streams_) stream->close();
  loop_->drain();
  // What was written to other servers has been handed to the system.
  bus_streams_->on_last = nullptr;
  for (const auto& stream : *bus_streams_) stream->close();
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
  const Reception reception{options.proxy_protocol,
                            options.tls ? options.tls->certificates_ : nullptr};
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
  count_time();
  return chosen;
}

// --- New connections ---

template <class T, class Use>
void Worker::hand_over(Worker& to, T carried, Use use) {
  to.load_.fetch_add(1, std::memory_order_relaxed);
  try {
    // Shared, because a task can be copied.
    to.loop_->post([&to, use, shared = std::make_shared<T>(std::move(carried))] {
      if (!to.closed_) use(to, std::move(*shared));
    });
  } catch (...) {
    to.load_.fetch_sub(1, std::memory_order_relaxed);
    throw;
  }
}

void Worker::accept(net::Socket socket, const Reception& reception) {
  if (!shared_.limits.add()) {
    ++connections_refused_;
    return;
  }
  // Those that have equally many take turns.
  Worker& worker = least_loaded(shared_.workers, next_);
  next_ = worker.place_.index + 1 == place_.count ? 0 : worker.place_.index + 1;
  if (&worker == this) {
    load_.fetch_add(1, std::memory_order_relaxed);
    return receive(std::move(socket), reception);
  }
  try {
    socket.move_to(worker.context_.get_executor());
    hand_over(worker, std::move(socket), [reception](Worker& to, net::Socket accepted) {
      to.receive(std::move(accepted), reception);
    });
  } catch (...) {
    shared_.limits.remove();
    throw;
  }
}

void Worker::receive(net::Socket socket, const Reception& reception) {
  const auto stream = open_stream(std::move(socket));
  if (!stream) return;
  contain(*stream, [&] {
    if (!reception.has_proxy_header) {
      serve(stream, reception.certificates);
      return;
    }
    ProxyReceiver::begin(
        stream, options_.limits.header_timeout,
        [this, stream, certificates = reception.certificates] { serve(stream, certificates); });
  });
}

void Worker::take_over(net::Socket socket, std::string received) {
  struct HalfRead {
    net::Socket socket;
    std::string received;
  };
  hand_over(*this, HalfRead{std::move(socket), std::move(received)},
            [](Worker& to, HalfRead half_read) {
              to.receive_half_read(std::move(half_read.socket), std::move(half_read.received));
            });
}

void Worker::receive_half_read(net::Socket socket, std::string received) {
  count_time();
  if (!shared_.limits.add()) {
    ++connections_refused_;
    load_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
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

bool Worker::admit(const net::TcpStream& stream) {
  if (!shared_.limits.counts_addresses()) return true;
  const auto admitted = admitted_.emplace(&stream, stream.remote_address()).first;
  try {
    if (shared_.limits.add(admitted->second)) return true;
  } catch (...) {
    admitted_.erase(admitted);
    throw;
  }
  admitted_.erase(admitted);
  return false;
}

void Worker::admit_again(const net::TcpStream& stream) {
  if (!shared_.limits.counts_addresses()) return;
  const auto admitted = admitted_.emplace(&stream, stream.remote_address()).first;
  try {
    shared_.limits.add_again(admitted->second);
  } catch (...) {
    admitted_.erase(admitted);
    throw;
  }
}

void Worker::stop_counting(const net::TcpStream& stream) noexcept {
  load_.fetch_sub(1, std::memory_order_relaxed);
  shared_.limits.remove();
  const auto found = admitted_.find(&stream);
  if (found == admitted_.end()) return;
  shared_.limits.remove(found->second);
  admitted_.erase(found);
}

template <class Connection>
std::shared_ptr<net::TcpStream> Worker::open_stream(Connection connection) {
  const std::size_t open = open_streams_->size();
  try {
    return net::TcpStream::open(std::move(connection), open_streams_);
  } catch (...) {
    // One that is open is counted until its end.
    if (open_streams_->size() == open) {
      load_.fetch_sub(1, std::memory_order_relaxed);
      shared_.limits.remove();
    }
    throw;
  }
}

std::shared_ptr<net::TlsContext> Worker::tls_context(
    const std::shared_ptr<const net::TlsCertificates>& certificates) {
  if (!certificates) return nullptr;
  for (const auto& context : tls_contexts_) {
    if (context->certificates() == certificates) return context;
  }
  tls_contexts_.push_back(net::TlsContext::for_server(certificates));
  return tls_contexts_.back();
}

std::shared_ptr<HttpConnection> Worker::serve(
    const std::shared_ptr<net::TcpStream>& tcp,
    const std::shared_ptr<const net::TlsCertificates>& certificates) {
  if (!admit(*tcp)) {
    ++connections_refused_;
    tcp->close();
    return nullptr;
  }
  ++connections_accepted_;
  const auto tls = tls_context(certificates);
  return serve_http(tls ? std::shared_ptr<Stream>(net::TlsStream::accept(tcp, tls)) : tcp);
}

std::shared_ptr<HttpConnection> Worker::serve_http(const std::shared_ptr<Stream>& stream) {
  const auto connection = std::make_shared<HttpConnection>(dispatcher_);
  stream->set_handler(connection);
  connection->attach(stream);
  return connection;
}

// --- Connections of other loops ---

void Worker::give_away(std::size_t loop, DetachedConnection connection) {
  Worker& owner = *shared_.workers[loop];
  net::tcp_of(connection.stream).socket.move_to(owner.context_.get_executor());
  hand_over(owner, std::move(connection),
            [](Worker& to, DetachedConnection moved) { to.take_in(std::move(moved)); });
}

void Worker::take_in(DetachedConnection connection) {
  shared_.limits.add_again();
  const auto tcp = open_stream(std::move(net::tcp_of(connection.stream)));
  if (!tcp) return;
  contain(*tcp, [&] {
    admit_again(*tcp);
    std::shared_ptr<Stream> stream = tcp;
    if (auto* const tls = std::get_if<net::DetachedTls>(&connection.stream)) {
      const auto context = tls_context(tls->certificates);
      stream = net::TlsStream::attach(tcp, context, std::move(*tls));
    }
    const auto http = serve_http(stream);
    if (connection.serves_one) http->serve_one_request();
    http->resume(std::move(connection.exchange), connection.received);
  });
}

void Worker::count_time() {
  if (options_.metrics) lag_.start();
}

Metrics Worker::metrics() {
  Metrics metrics;
  metrics.connections = open_streams_->size();
  metrics.connections_accepted = connections_accepted_;
  metrics.connections_refused = connections_refused_;
  add_to(metrics, engine_.counters());
  add_to(metrics, node_.counters());
  metrics.posts_dropped = loop_->posts_dropped();
  metrics.loop_lag = lag_.histogram();
  return metrics;
}

void Worker::run() {
  const net::AsioLoop::Run running(*loop_);
  if (place_.count > 1) {
    board_.start();
    count_time();
  }
  work_.emplace(context_.get_executor());
  context_.run();
}

void Worker::drain(std::chrono::milliseconds spread, std::function<void()> on_empty) {
  for (const auto& listener : listeners_) listener->close();
  engine_.drain(spread, std::move(on_empty));
}

void Worker::leave_cluster() {
  if (cluster_) cluster_->leave();
  if (bus_streams_->empty()) return;
  closing_.await_others(1);
  bus_streams_->on_last = [this] { closing_.on_other_end(); };
  for (const auto& stream : *bus_streams_) stream->close_soon();
}

void Worker::close() {
  if (std::exchange(closed_, true)) return;
  for (const auto& listener : listeners_) listener->close();
  node_.close();
  engine_.close();
  // The first loop of several is the others' way to other servers.
  if (place_.count == 1 || place_.index != 0) leave_cluster();
  timers_->drop();
  lag_.stop();
  if (place_.count > 1) board_.stop();
  for (const auto& stream : *open_streams_) stream->close_soon();
  closing_.begin();
  work_.reset();
}

}  // namespace socketio::server
