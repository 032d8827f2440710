// SPDX-License-Identifier: MIT
// ClientState: the parts of one client and how they are connected: loop, connector, gate, what it
// speaks, and the threads that run it. socketio::Client and engine::Client are handles to it.
//
// Life cycle: made -> run by one thread at a time -> shut_down(), which is final. Whoever runs it
// keeps it alive, so that a handler may end the client that called it. Any thread.
#pragma once

#include "client/thread_gate.hpp"
#include "client/url.hpp"
#include "core/client/client_protocol.hpp"
#include "core/client/engine_connection.hpp"
#include "core/client/manager.hpp"
#include "core/timers.hpp"
#include "net/asio_loop.hpp"
#include "net/client/connector.hpp"
#include "net/exit_hook.hpp"

#include <socketio/client_options.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace socketio::client {

enum class Speaks : std::uint8_t { socketio, engineio };

class ClientState : public std::enable_shared_from_this<ClientState> {
 public:
  /// How long stop() waits until the server has taken what was sent and the DISCONNECTs.
  static constexpr std::chrono::seconds stop_timeout{3};

  /// Makes one with a context of its own, or on the user's. Throws what Client throws.
  static std::shared_ptr<ClientState> make(Speaks protocol, std::string_view url,
                                           const ClientOptions& options,
                                           boost::asio::io_context* context = nullptr);
  ~ClientState();
  ClientState(const ClientState&) = delete;
  ClientState& operator=(const ClientState&) = delete;

  core::ClientProtocol& protocol() { return *protocol_; }
  /// Of a client that speaks Socket.IO.
  core::Manager& manager() { return *manager_; }
  /// Of one that speaks Engine.IO.
  core::EngineConnection& engine() { return *engine_; }
  const std::shared_ptr<core::Timers>& timers() const { return timers_; }
  const std::string& nsp() const { return url_.nsp; }
  const SocketOptions& socket_options() const { return socket_options_; }

  void set_query(engine::NamedValues query);
  void set_extra_headers(engine::NamedValues headers);

  void run();
  void start();
  std::size_t poll();
  void stop();
  void join();
  void stop_on_signals();
  /// Once this has returned, no handler runs, except one that is itself calling this.
  void shut_down() { shut_down({}); }

 private:
  ClientState(Speaks protocol, Url url, const ClientOptions& options,
              boost::asio::io_context* context);
  template <class Protocol>
  std::shared_ptr<Protocol> speak(const ClientOptions& options);

  using Limit = std::optional<std::chrono::seconds>;

  /// Gives up for good if a handler runs for longer than `limit`.
  void shut_down(Limit limit);
  /// The lock is not held if a handler runs for longer than `limit`.
  std::unique_lock<ThreadGate> lock_gate(Limit limit);
  /// For when somebody else is ending it. No handler runs once this has returned.
  void close_now(Limit limit);
  bool begin_running();
  void run_until_stopped();
  void end_running();
  void stop_now();
  void end_context();
  /// The caller holds running_mutex_.
  void watch_signals();
  /// `lock` holds running_mutex_.
  void shut_down_own(std::unique_lock<std::mutex> lock, Limit limit);
  void shut_down_on_context(Limit limit);
  void give_up();
  /// The caller holds the gate.
  void end_user_code();
  /// Sends what can be sent, and ends everything that waits. No user code is called afterwards.
  /// Loop's thread.
  void finish();
  void tear_down();

  const Url url_;
  const SocketOptions socket_options_;
  /// Whoever releases a client does not wait for the system's resolver.
  struct EndContext {
    std::shared_ptr<const bool> resolutions;
    void operator()(boost::asio::io_context* context) const;
  };

  std::unique_ptr<boost::asio::io_context, EndContext> own_context_;
  boost::asio::io_context& context_;
  const std::shared_ptr<net::AsioLoop> loop_;
  std::unique_ptr<net::ClientConnector> connector_;
  const std::shared_ptr<ThreadGate> gate_;
  // One of these is null.
  const std::shared_ptr<core::Manager> manager_;
  const std::shared_ptr<core::EngineConnection> engine_;
  const std::shared_ptr<core::ClientProtocol> protocol_;
  const std::shared_ptr<core::Timers> timers_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::optional<boost::asio::steady_timer> stop_timer_;
  // Loop's thread.
  bool stopping_ = false;
  // Loop's thread.
  bool torn_down_ = false;

  std::mutex running_mutex_;
  std::condition_variable stopped_running_;
  bool running_ = false;
  // For the thread that runs it now.
  bool stop_wanted_ = false;
  // The thread that runs it now.
  std::thread::id runner_;
  // The thread of start().
  std::thread thread_;
  // In every run.
  bool stops_on_signals_ = false;
  std::optional<boost::asio::signal_set> signals_;
  // It cannot run any more.
  bool shut_ = false;
  // Somebody has started to end it.
  bool ended_ = false;
  // exit() has waited long enough for a handler.
  bool given_up_ = false;
  std::optional<net::ExitHook> exit_hook_;
};

}  // namespace socketio::client
