// SPDX-License-Identifier: MIT
// Worker: everything in a server that belongs to one loop: the loop, its Socket.IO node, its
// Engine.IO server, the HTTP connections, and, for the first of several, the listeners. That one gives
// each new connection to the worker with the fewest; a request for another's session takes its
// connection there.
//
// Life cycle: made -> run() by one thread -> close(), which is final; run() returns when
// its connections have ended. Loop's thread, except post(), hurry() and is_current() of its
// loop, stop(), load(), and take() of what comes to it.
#pragma once

#include "base/loop_place.hpp"
#include "cluster/node.hpp"
#include "core/server/engine_socket_state.hpp"
#include "core/server/node.hpp"
#include "core/timers.hpp"
#include "engine/server/session_server.hpp"
#include "net/asio_loop.hpp"
#include "net/listener.hpp"
#include "net/tcp_stream.hpp"
#include "net/tls_context.hpp"
#include "server/closing.hpp"
#include "server/connection_limits.hpp"
#include "server/engine_hooks.hpp"
#include "server/loop_bus.hpp"
#include "server/loop_group.hpp"
#include "server/loop_lag.hpp"
#include "server/metrics_board.hpp"
#include "server/request_dispatcher.hpp"
#include "server/router.hpp"

#include <socketio/metrics.hpp>
#include <socketio/server.hpp>
#include <socketio/server_options.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <vector>

namespace socketio::server {

class Worker;
/// Those of one server.
using Workers = std::vector<std::unique_ptr<Worker>>;

/// One with the fewest connections: of several, the first from `first` on.
Worker& least_loaded(const Workers& workers, std::size_t first = 0);

/// What the workers of one server share. It outlives them.
struct Shared {
  const ServerOptions& options;
  const std::shared_ptr<RouterState>& router;
  LoopGroup& group;
  ConnectionLimits& limits;
  /// Null for one that has a single loop.
  const std::shared_ptr<LoopBuses>& buses;
  const Workers& workers;
};

class Worker {
 public:
  /// On the user's context, or with one of its own.
  Worker(const Shared& shared, const LoopPlace& place, boost::asio::io_context* context);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  core::Node& node() { return node_; }
  engine::SessionServer& engine() { return engine_; }
  net::AsioLoop& loop() { return *loop_; }
  const std::shared_ptr<core::Timers>& timers() const { return timers_; }
  boost::asio::io_context& context() { return context_; }
  bool has_own_context() const { return own_context_ != nullptr; }

  /// From now on sessions belong to the application, without Socket.IO.
  core::EngineConnections& serve_engine_only();

  /// What has been counted so far.
  Metrics metrics();
  /// The same a moment ago. Any thread; for one of several.
  Metrics latest_metrics() const { return board_.latest(); }
  EngineHooks& hooks() { return hooks_; }
  void add_middleware(EngineMiddleware middleware) {
    dispatcher_.add_middleware(std::move(middleware));
  }

  std::uint16_t listen(const ListenOptions& options, std::error_code& error);
  /// The number of its connections, those that are on the way to it included. Any thread.
  std::size_t load() const { return load_.load(std::memory_order_relaxed); }
  /// Serves one request on a connection from which somebody else has read `received`. Any thread.
  void take_over(net::Socket socket, std::string received);
  /// Makes the next run() run even after stop().
  void prepare_run() { context_.restart(); }
  /// Runs its own context on this thread.
  void run();
  /// run() returns as soon as the running handler has returned.
  void stop() { context_.stop(); }
  /// The first loop of several stays in the cluster, until all others have closed.
  void close();
  /// The end waits until everything for other servers has been sent.
  void leave_cluster();
  /// Closes the listeners, and the sessions evenly over `spread`; then calls `on_empty`.
  void drain(std::chrono::milliseconds spread, std::function<void()> on_empty);
  /// Its end, which comes by itself while the loop is run.
  Closing& closing() { return closing_; }

 private:
  /// What comes before HTTP on the connections of a listener.
  struct Reception {
    bool has_proxy_header = false;
    /// Null for a listener without TLS.
    std::shared_ptr<const net::TlsCertificates> certificates;
  };
  /// A new connection goes to the worker with the fewest.
  void accept(net::Socket socket, const Reception& reception);
  void receive(net::Socket socket, const Reception& reception);
  void receive_half_read(net::Socket socket, std::string received);
  /// Calls `use(Worker&, T)` on the loop of that worker. If that has closed, `carried`, which has a
  /// connection, is destroyed instead, which closes that.
  template <class T, class Use>
  void hand_over(Worker& to, T carried, Use use);
  /// The connection goes to its session's loop, and goes on there.
  void give_away(std::size_t loop, DetachedConnection connection);
  void take_in(DetachedConnection connection);
  /// False if its address has too many connections already.
  bool admit(const net::TcpStream& stream);
  void admit_again(const net::TcpStream& stream);
  void stop_counting(const net::TcpStream& stream) noexcept;
  /// Of a socket, or a connection of another loop; it has been counted. Null if there is no room for
  /// another one.
  template <class Connection>
  std::shared_ptr<net::TcpStream> open_stream(Connection connection);
  /// For the streams of this loop with these certificates, which may be null; so is the result then.
  std::shared_ptr<net::TlsContext> tls_context(
      const std::shared_ptr<const net::TlsCertificates>& certificates);
  /// Null, if its address has too many connections. The certificates may be null.
  std::shared_ptr<HttpConnection> serve(
      const std::shared_ptr<net::TcpStream>& tcp,
      const std::shared_ptr<const net::TlsCertificates>& certificates);
  std::shared_ptr<HttpConnection> serve_http(const std::shared_ptr<Stream>& stream);
  void count_time();
  /// Reports to the error hook of "/", because it concerns no socket.
  void report(std::string_view what,
              const std::exception_ptr& thrown = std::current_exception()) noexcept;

  const Shared shared_;
  const ServerOptions& options_;
  const LoopPlace place_;
  std::unique_ptr<boost::asio::io_context> own_context_;
  boost::asio::io_context& context_;
  std::shared_ptr<net::AsioLoop> loop_;
  std::shared_ptr<net::OpenStreams> open_streams_ = std::make_shared<net::OpenStreams>(loop_);
  // Of the adapter, to other servers.
  std::shared_ptr<net::OpenStreams> bus_streams_ = std::make_shared<net::OpenStreams>(loop_);
  // Null for the only loop of a server without an adapter.
  const std::shared_ptr<cluster::ClusterNode> cluster_;
  core::Node node_;
  const std::shared_ptr<core::NamespaceState> main_ = node_.of("/");
  // Without Socket.IO.
  std::optional<core::EngineConnections> engine_connections_;
  const std::shared_ptr<core::Timers> timers_;
  EngineHooks hooks_;
  engine::SessionServer engine_;
  RequestDispatcher dispatcher_;
  LoopLag lag_{*loop_};
  MetricsBoard board_{*loop_, [this] { return metrics(); }};
  std::atomic<std::size_t> load_ = 0;
  bool closed_ = false;
  // Where the next connection goes, unless others have fewer.
  std::size_t next_ = 0;
  std::uint64_t connections_accepted_ = 0;
  std::uint64_t connections_refused_ = 0;
  std::vector<std::shared_ptr<net::Listener>> listeners_;
  std::vector<std::shared_ptr<net::TlsContext>> tls_contexts_;
  // If there is a limit for each address: whose connection each stream is.
  std::unordered_map<const net::TcpStream*, std::string> admitted_;
  Closing closing_{*loop_, open_streams_, [this] { report("closed"); }};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
};

}  // namespace socketio::server
