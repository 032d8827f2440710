// SPDX-License-Identifier: MIT
// ClientSocketState: a client's part of one namespace, which ClientSocket is a handle to (the
// JavaScript client's Socket). It connects its parts, which do not know each other:
//
//   handles, any thread ──> Handover ──> ClientSocketState <── Manager: packets, open, close
//                                          │  ├─> Joiner ────> CONNECT, by Link
//                                          │  ├─> Receiver     early events, recovery
//                                          │  ├─> Sender ────> events, by Link
//                                          │  └─> SocketHandlers ──> user code
//                                          └──> Manager: packets
//
// Life cycle: made by Manager, which keeps it until the client ends. inactive -> connect() ->
// active: joins whenever the connection opens, so that it is connected or not, until disconnect()
// or a refusal makes it inactive. Handles may outlive the client; it does nothing then. Thread:
// loop, inside the gate, except where stated otherwise.
#pragma once

#include "codec/socketio/decoder.hpp"
#include "core/client/handover.hpp"
#include "core/client/joiner.hpp"
#include "core/client/manager.hpp"
#include "core/client/receiver.hpp"
#include "core/client/sender.hpp"
#include "core/client/shared_text.hpp"
#include "core/client/socket_handlers.hpp"

#include <socketio/client_socket.hpp>
#include <socketio/pending.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::core {

class ClientEventPeer;

class ClientSocketState final : public detail::CompletionLoop,
                                public std::enable_shared_from_this<ClientSocketState>,
                                private Joiner::Link,
                                private Sender::Link {
 public:
  ClientSocketState(Manager& manager, std::shared_ptr<Gate> gate,
                    std::shared_ptr<const ConnectionStatus> status, std::string nsp,
                    const SocketOptions& options);
  ~ClientSocketState() override;

  // --- Any thread ---

  std::string id() const { return id_.get(); }
  const std::string& nsp() const { return nsp_; }
  bool connected() const { return connected_.load(std::memory_order_acquire); }
  bool active() const { return active_.load(std::memory_order_acquire); }
  bool recovered() const { return recovered_.load(std::memory_order_acquire); }
  std::string_view transport() const;
  void connect();
  void disconnect();
  void set_auth(Auth auth);
  EmitResult emit(detail::OutgoingEvent& event, const detail::EmitFlags& flags);
  void emit_with_ack(detail::OutgoingEvent& event, const detail::EmitFlags& flags,
                     detail::AckCallback callback);
  /// Changes what is registered with `use(ClientHandlers&)`. Does nothing once the client has
  /// ended, because nobody would release it.
  template <class Use>
  void change_handlers(Use use) {
    handlers_.change(std::move(use));
  }
  HandlerId add_handler(std::string event, detail::EventHandler handler,
                        detail::HandlerTableRef::Times times) {
    return handlers_.add(std::move(event), std::move(handler), times);
  }
  /// Acknowledges an event that arrived on connection number `connection`.
  void acknowledge(std::uint64_t connection, std::uint64_t ack_id,
                   detail::OutgoingEvent& arguments);
  bool is_here() const override { return handover_.is_inside(); }
  void post(std::function<void()> task) override;
  void report(const std::exception_ptr& thrown) override { report("acknowledgement", {}, thrown); }
  /// Notifies the error hook, on this thread.
  void report(std::string_view event, std::string_view message,
              const std::exception_ptr& exception) noexcept {
    handlers_.report(event, message, exception);
  }
  /// The same, on the thread on which the client runs.
  void report_thrown(std::string_view event, const std::exception_ptr& exception) noexcept;
  /// What coroutines that handle its events belong to; null once it has ended.
  std::shared_ptr<detail::TaskLoop> task_loop() const {
    return manager_ ? manager_->task_loop() : nullptr;
  }
  /// Fails pending acknowledgements and releases handlers; sends nothing. The caller
  /// holds the gate.
  void close_now();

  // --- Manager ---

  void on_manager_open();
  /// The server has handled what was sent in earlier sections.
  void on_separated() { joiner_.on_separated(); }
  void on_manager_error(const ConnectionError& error);
  /// The connection has closed. Returns true if notify_disconnect() has to follow, once every
  /// socket knows that it is no longer connected.
  bool on_manager_close();
  void notify_disconnect(DisconnectReason reason, const ConnectionError& error);
  void on_packet(const parser::Packet& packet);
  void connect_now();
  void disconnect_now();
  /// For the end of the client: sends DISCONNECT, unless it would have to wait.
  void send_last_disconnect();
  /// Releases what lives on the loop.
  void release();
  /// For contain(): closes the connection.
  void on_exception() noexcept;

 private:
  // Joiner::Link and Sender::Link
  Loop& loop() override { return manager_->loop(); }
  bool may_join() const override { return manager_ && active() && manager_->is_open(); }
  bool begin_section() override;
  void ask_for_auth(const Auth& auth, std::uint64_t attempt) override;
  void send_connect(const json& auth) override;
  std::uint64_t connection() const override { return connected() ? connection_ : 0; }
  bool heartbeat_expired() override { return manager_->heartbeat_expired(); }
  bool writable() const override { return manager_->writable(); }
  bool has_room(std::size_t bytes) const override { return manager_->has_room(bytes); }
  EmitResult send_event(std::optional<std::uint64_t> id, std::string_view text,
                        const std::vector<Bytes>& attachments, Compress compress) override;
  void notify_outgoing(std::string_view text, const std::vector<Bytes>& attachments) override;
  void enter(const std::function<void()>& work) override;
  void report_callback() noexcept override;

  // Joining and leaving
  void join();
  void on_join_timer();
  void on_connect(const parser::Packet& packet);
  void on_connected(std::string_view sid, std::string_view pid);
  void on_refused(const parser::Packet& packet);
  void notify_connect_error(const ConnectionError& error);
  void send_disconnect();
  void become_inactive();
  void close(DisconnectReason reason, const ConnectionError& error);
  void forget_connection();

  // Receiving
  void on_event(const parser::Packet& packet);
  void replay(const Receiver::KeptEvent& event);
  void dispatch(const parser::Packet& packet);
  void run_any(const detail::HandlerList<detail::ClientAnyHandler>& handlers,
               std::string_view event, detail::WatchedArguments& arguments);

  // Sending
  bool reserve(std::size_t bytes);
  EmitResult emit_now(std::string_view text, std::vector<Bytes> attachments,
                      const detail::EmitFlags& flags, const std::shared_ptr<PendingAck>& ack);
  void acknowledge_now(std::uint64_t connection, std::uint64_t ack_id, std::string_view text,
                       const std::vector<Bytes>& attachments);
  EmitResult send(parser::PacketType type, std::optional<std::uint64_t> id, std::string_view text,
                  const std::vector<Bytes>& attachments, Compress compress);

  /// Runs `work(ClientSocketState&)` on the loop, contained. False once the client has ended.
  template <class Work>
  bool post_work(Work work) {
    return handover_.post(shared_from_this(), std::move(work));
  }

  // Null once the client has ended.
  Manager* manager_;
  const std::string nsp_;
  std::atomic<bool> connected_ = false;
  std::atomic<bool> active_ = false;
  std::atomic<bool> recovered_ = false;
  SharedText id_;
  // The number of times that it has connected.
  std::uint64_t connection_ = 0;
  // The section in which the latest packet was sent. 0: the server has handled it.
  std::uint64_t sent_in_ = 0;
  std::shared_ptr<ClientEventPeer> peer_;

  MemberTimer<ClientSocketState, &ClientSocketState::on_join_timer> join_timer_{*this};
  Handover handover_;
  SocketHandlers handlers_;
  Joiner joiner_;
  Receiver receiver_;
  Sender sender_;
};

}  // namespace socketio::core
