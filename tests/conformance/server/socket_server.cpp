// SPDX-License-Identifier: MIT
#include "socket_server.hpp"

#include "conn_events.hpp"
#include "delays.hpp"
#include "disconnects.hpp"
#include "engine_hooks.hpp"
#include "events.hpp"
#include "inside.hpp"

#include <socketio/admin_ui.hpp>
#include <socketio/server.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <regex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

namespace {

using socketio::json;
using socketio::MiddlewareError;
using socketio::Namespace;
using socketio::Next;
using socketio::Socket;

socketio::AdminUiOptions admin_options(const Options& options) {
  using socketio::AdminAuth;
  using socketio::AdminMode;
  // Of "changeit".
  const char* const hash = "$2a$04$sRiXwx4ao/o7Tt2l7sztbeFCH.NKnRBw6AVwIVrEXnHtWAnZvcWAa";
  return {.auth = options.admin_auth ? AdminAuth::basic("admin", hash) : AdminAuth::none(),
          .readonly = options.admin_readonly,
          .mode = options.admin == "production" ? AdminMode::production : AdminMode::development};
}

class SocketServer {
 public:
  explicit SocketServer(const Options& options)
      : io_(options.hooks ? with_hooks(server_options(options)) : server_options(options)) {
    if (options.hooks) {
      add_engine_hooks(io_);
      conn_events_.record(io_);
    }
    if (!options.admin.empty()) socketio::instrument(io_, admin_options(options));
    if (options.metrics) io_.http().get("/metrics", io_.metrics_handler());
    io_.on_new_namespace([this](const Namespace& nsp) {
      const std::lock_guard lock(mutex_);
      made_namespaces_.push_back(nsp.name());
    });
    for (Namespace nsp : plain()) equip(nsp);
    for (Namespace nsp : with_middleware()) equip(nsp);
    Namespace packets = io_.of("/packets");
    watch_packets(packets);
    equip(packets);
    io_.on_connection_error([this](const socketio::RefusedRequest& refused) {
      const std::lock_guard lock(mutex_);
      refused_.push_back({{"method", refused.request.method},
                          {"url", refused.request.target},
                          {"code", refused.code},
                          {"message", refused.message},
                          {"context", refused.context}});
    });
  }

  void run(const Options& options) {
    options.drain_ms > 0 ? io_.stop_on_signals(std::chrono::milliseconds(options.drain_ms))
                         : io_.stop_on_signals();
    socketio::ListenOptions where{.address = "127.0.0.1",
                                  .port = options.port,
                                  .unix_path = options.unix_path,
                                  .proxy_protocol = options.proxy_protocol};
    if (!options.tls.certificate_file.empty()) {
      where.tls = socketio::ServerTls({.certificates = {options.tls}});
    }
    announce(io_.listen(where));
    io_.run();
  }

 private:
  std::vector<Namespace> plain() {
    return {io_.of("/"), io_.of("/custom"), io_.of(std::regex(R"(/dynamic-\d+)")), later()};
  }

  Namespace later() {
    return io_.of(
        [this](std::string_view name, const json& auth, const socketio::Responder<bool>& answer) {
          if (!name.starts_with("/later-")) return answer.respond(false);
          const bool admitted = auth.value("admit", false);
          delays_.after(std::chrono::milliseconds(20),
                        [answer, admitted] { answer.respond(admitted); });
        });
  }

  std::vector<Namespace> with_middleware() {
    Namespace guarded = io_.of("/guarded");
    guarded.use([](Socket& socket, const Next& next) {
      const json auth = socket.handshake().auth;
      if (auth.value("token", json()) == "secret") return next();
      next(MiddlewareError{"not authorized", {{"code", 401}}});
    });
    Namespace slow = io_.of("/slow");
    slow.use([this](Socket&, const Next& next) {
      delays_.after(std::chrono::milliseconds(200), [next] { next(); });
    });
    Namespace never = io_.of("/never");
    never.use([](Socket&, const Next&) {});
    Namespace twice = io_.of("/twice");
    twice.use([](Socket&, const Next& next) {
      next();
      next();
    });
    Namespace throwing = io_.of("/throwing");
    throwing.use([](Socket&, const Next&) { throw std::runtime_error("thrown on purpose"); });
    Namespace inside = io_.of("/inside");
    inside.use(take_steps);
    return {guarded, slow, never, twice, throwing, inside};
  }

  static void watch_packets(Namespace& nsp) {
    nsp.on_connection([](const Socket& socket) {
      socket.use([](const socketio::Event& event, const Next& next) {
        event.name == "forbidden" ? next(MiddlewareError{"forbidden event"}) : next();
      });
      socket.on_error(
          [socket](const MiddlewareError& error) { socket.emit("error-seen", error.message); });
    });
  }

  void equip(Namespace& nsp) {
    nsp.on_connection([](const Socket& socket) { socket.emit("auth", socket.handshake().auth); });
    nsp.on_handler_error([this](Socket&, const socketio::HandlerError&) { ++errors_seen_; });
    disconnects_.record(nsp);
    add_message_events(nsp, delays_);
    add_socket_events(nsp);
    add_room_events(nsp);
    add_broadcast_events(nsp);
    add_administration_events(nsp);
    nsp.on("last-disconnect", [this](const std::string& id) { return disconnects_.of(id); });
    nsp.on("errors-seen", [this] { return errors_seen_.load(); });
    nsp.on("connection-errors", [this] {
      const std::lock_guard lock(mutex_);
      return refused_;
    });
    nsp.on("new-namespaces", [this] {
      const std::lock_guard lock(mutex_);
      return made_namespaces_;
    });
    nsp.on("recovered", [](const Socket& socket) { return socket.recovered(); });
    nsp.on("clients-count", [this] { return io_.engine_clients_count(); });
  }

  Disconnects disconnects_;
  ConnEvents conn_events_;
  std::atomic<std::size_t> errors_seen_ = 0;
  // Of what follows: a server may have several loops.
  std::mutex mutex_;
  json refused_ = json::array();
  std::vector<std::string> made_namespaces_;
  socketio::Server io_;
  // Destroyed before what its tasks refer to.
  Delays delays_;
};

}  // namespace

void serve_socketio(const Options& options) { SocketServer(options).run(options); }

}  // namespace conformance
