// SPDX-License-Identifier: MIT
// Server: a Socket.IO server (protocol 5 over Engine.IO 4). It is its main namespace "/", plus
// everything that concerns all namespaces.
//
//   socketio::Server io;
//   io.on_connection([](socketio::Socket socket) {
//     socket.on("hello", [](std::string name) { return "hi " + name; });
//   });
//   io.listen(3001);
//   io.run();
//
// Life cycle: construct, register handlers, listen() (may be called several times), run() until
// stop(); or use your own io_context (<socketio/asio.hpp>). Destroying it closes everything at
// once. By then run() on another thread has returned; if a handler destroys the server, run()
// returns after that handler. exit() ends servers that are still running, and waits up to three
// seconds for a handler.
//
// Threads: run() makes the calling thread the first loop's (docs/scaling.md has several). stop(), close(),
// drain(), accept(), of(), every(), after() and post() (timer.hpp), and registering handlers may be called
// from anywhere, sending functions as described in socket.hpp, everything else, as listen(), http() and
// metrics(), before run() or on the loop. A call that ends something waits for the running handler, but
// not for those of events that were read together with its event: they are dropped.
#pragma once

#include <socketio/hook.hpp>
#include <socketio/json.hpp>
#include <socketio/namespace.hpp>
#include <socketio/predicate.hpp>
#include <socketio/server_base.hpp>
#include <socketio/server_options.hpp>
#include <socketio/socket.hpp>

#include <functional>
#include <memory>
#include <regex>
#include <string_view>
#include <utility>

namespace socketio {

struct AdminUiOptions;  // admin_ui.hpp

class Server : public Namespace, public ServerBase {
 public:
  /// Throws std::invalid_argument for a transport that does not exist, for a cookie whose name, path
  /// or domain no cookie can have, for a window of DeflateOptions that there cannot be, and for
  /// recovery with a policy that drops events.
  explicit Server(ServerOptions options = {});

  /// The namespace with that name, created on first use; "admin" and "/admin" are the same.
  Namespace of(std::string_view name);
  /// A namespace whose name matches completely is created when a client asks for it. Handlers
  /// registered on the result apply to all of these namespaces.
  Namespace of(const std::regex& pattern);
  /// The same for a function that looks at what the client gave as `auth`, too. It says whether the
  /// client may join, now or later: `[](std::string_view name, const json& auth) -> bool`, or a
  /// coroutine that returns a Task<bool>, or with a third parameter `Responder<bool> answer`
  /// (http.hpp). One that throws, or never answers, admits nobody; what it throws reaches the error
  /// hook of "/" as "namespace".
  template <class F>
  requires(detail::is_predicate<F>) Namespace of(F predicate) {
    return of_predicate(detail::make_predicate(std::move(predicate)));
  }

  /// `[](Namespace nsp)`: a namespace other than "/" has been created, by of() or because a pattern
  /// or predicate has admitted a client to it. May be a coroutine.
  template <class F>
  void on_new_namespace(F handler) {
    add_new_namespace_handler(
        detail::make_hook<NewNamespaceHandler>(std::move(handler), report_as("new_namespace")));
  }

  /// For <socketio/asio.hpp>.
  explicit Server(std::shared_ptr<server::ServerState> state);

 private:
  friend void instrument(Server& io, AdminUiOptions options);
  using NewNamespaceHandler = std::function<void(Namespace)>;
  Namespace of_predicate(detail::NamespacePredicate predicate);
  void add_new_namespace_handler(NewNamespaceHandler handler);
};

}  // namespace socketio
