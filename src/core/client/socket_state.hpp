// SPDX-License-Identifier: MIT
// ClientSocketState: a client's part of one namespace. What ClientSocket is a handle to (the
// JavaScript client's Socket).
//
// Life cycle: made by Manager, which keeps it until the client ends; inactive -> connect() ->
// active: joins each time the connection opens, not connected <-> connected, until disconnect() or
// a refusal makes it inactive. Handles keep it after the client; it does nothing then. Thread:
// loop, inside the gate, but for what says otherwise.
#pragma once

#include "codec/socketio/decoder.hpp"
#include "core/ack_table.hpp"
#include "core/client/backoff.hpp"
#include "core/client/gate.hpp"
#include "core/client/manager.hpp"
#include "core/client/recovery_offset.hpp"
#include "core/client/retry_queue.hpp"
#include "core/client/send_buffer.hpp"
#include "core/client/shared_text.hpp"
#include "core/event_peer.hpp"
#include "core/handler_table.hpp"

#include <socketio/client_socket.hpp>
#include <socketio/pending.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace socketio::core {

class ConnectionPeer;

/// All that can be registered on a client's socket.
struct ClientHandlers {
  detail::HandlerTable events;
  detail::HandlerList<detail::ClientAnyHandler> any;
  detail::HandlerList<detail::ClientAnyHandler> any_outgoing;
  detail::HandlerList<detail::Signal> connect;
  detail::HandlerList<detail::ConnectionErrorHandler> connect_error;
  detail::HandlerList<detail::CloseHandler> disconnect;
  detail::HandlerList<detail::ClientErrorHook> error;
};

class ClientSocketState final : public detail::CompletionLoop,
                                public std::enable_shared_from_this<ClientSocketState> {
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
  /// Changes what is registered: `use(ClientHandlers&)`. Nothing once the client has ended: nobody
  /// would release it.
  template <class Use>
  void change_handlers(Use use) {
    const GateLock lock(*gate_);
    if (!ended_) use(handlers_);
  }
  HandlerId add_handler(std::string event, detail::EventHandler handler,
                        detail::HandlerTableRef::Times times);
  /// The acknowledgement of an event that connection `connection` brought.
  void answer(std::uint64_t connection, std::uint64_t ack_id, detail::OutgoingEvent& arguments);
  bool is_here() const override { return gate_->is_inside(); }
  void post(std::function<void()> task) override;
  void report(const std::exception_ptr& thrown) override { report("acknowledgement", {}, thrown); }
  /// Tells the error hook, on this thread.
  void report(std::string_view event, std::string_view message,
              const std::exception_ptr& exception) noexcept;
  /// The same where the client runs.
  void report_thrown(std::string_view event, const std::exception_ptr& exception) noexcept;
  /// Acknowledgements fail, handlers are released; the caller holds the gate.
  void abandon();

  // --- Manager ---

  void on_manager_open();
  /// The server has handled what was sent in earlier sections.
  void on_separated();
  void on_manager_error(const ConnectionError& error);
  /// The connection is gone. True if handlers are to hear of it by notify_disconnect(), once no
  /// socket takes itself for connected any more.
  bool on_manager_close();
  void notify_disconnect(DisconnectReason reason, const ConnectionError& error);
  void on_packet(const parser::Packet& packet);
  void connect_now();
  void disconnect_now();
  /// For the end of the client: DISCONNECT, unless it would have to wait.
  void send_last_disconnect();
  /// Lets go of what lives on the loop.
  void release();
  /// For contain(): the connection ends.
  void on_exception() noexcept;

 private:
  class Answer;
  struct Received {
    std::optional<std::uint64_t> id;
    std::string text;
    std::vector<Bytes> attachments;
  };
  /// due: on_separated() is to come. asking: for auth. left: after the CONNECT, so that its answer
  /// is still to come and means nothing.
  enum class Join : std::uint8_t { none, due, asking, sent, left };
  /// A retried event is alone on its way, and failing it for want of room would be a try lost.
  enum class OutLimit : std::uint8_t { applies, none };

  // Joining
  void join();
  void ask_for_auth(const std::shared_ptr<Auth>& auth, std::uint64_t turn);
  void join_later();
  void send_connect(std::uint64_t turn, const json& data);
  /// The JavaScript server handles a packet a moment after it has read it. With a DISCONNECT it
  /// drops the events that it read together with it, and a CONNECT that comes together with a
  /// DISCONNECT makes it end the connection, and with it every other namespace. So what is sent
  /// next waits until it has handled what this socket sent before.
  void begin_section();
  void send_disconnect();
  void leave_connection();
  void become_inactive();
  void give_up_joining();
  void on_connect(const parser::Packet& packet);
  void on_connected(std::string_view sid, std::string_view pid);
  void on_refused(const parser::Packet& packet);
  void on_left_join_answered();
  void on_join_timer();
  void close(DisconnectReason reason, const ConnectionError& error);
  void forget_connection();
  void notify_connect_error(const ConnectionError& error);

  // Receiving
  void on_event(const parser::Packet& packet);
  void keep(const parser::Packet& packet);
  void replay(const Received& received);
  void dispatch(const parser::Packet& packet);
  void run_any(const detail::HandlerList<detail::ClientAnyHandler>& handlers,
               std::string_view event, detail::WatchedArguments& arguments);

  // Sending (managed_socket_sending.cpp)
  bool reserve(std::size_t bytes);
  void count_again();
  /// post() of what reserve() counted.
  template <class Work>
  bool post_reserved(std::size_t bytes, Work work);
  EmitResult emit_now(std::string_view text, std::vector<Bytes> attachments,
                      const detail::EmitFlags& flags, const std::shared_ptr<Answer>& answer);
  EmitResult send_event(std::string_view text, std::vector<Bytes> attachments,
                        const detail::EmitFlags& flags, detail::AckCallback callback,
                        OutLimit limit);
  EmitResult enqueue(std::string_view text, std::vector<Bytes> attachments,
                     const detail::EmitFlags& flags, const std::shared_ptr<Answer>& answer);
  EmitResult send(parser::PacketType type, std::optional<std::uint64_t> id, std::string_view text,
                  const std::vector<Bytes>& attachments, Compress compress);
  EmitResult send_now(std::optional<std::uint64_t> id, std::string_view text,
                      const std::vector<Bytes>& attachments, Compress compress);
  void drain_retries();
  void on_retry_settled(std::uint64_t number, std::error_code error, const Value* arguments);
  void flush_buffer(std::uint64_t connection);
  void notify_outgoing(std::string_view text, const std::vector<Bytes>& attachments);
  void answer_now(std::uint64_t connection, std::uint64_t ack_id, std::string_view text,
                  const std::vector<Bytes>& attachments);
  detail::AckCallback callback_of(const std::shared_ptr<Answer>& answer);
  void settle(const std::shared_ptr<Answer>& answer, std::error_code error, const Value* arguments);
  void fail_sent_acks();
  void count_kept_bytes();

  /// Has `work(ClientSocketState&)` done on the loop, contained; false once the client has ended.
  template <class Work>
  bool post(Work work) {
    return gate_->post(contained(std::move(work)));
  }
  /// The same before the next packet that has been read already.
  template <class Work>
  bool post_urgent(Work work) {
    return gate_->post_urgent(contained(std::move(work)));
  }
  template <class Work>
  Loop::Task contained(Work work) {
    return [self = shared_from_this(), work = std::move(work)]() mutable {
      contain(*self, [&] { work(*self); });
    };
  }
  /// Calls user code, unless the client has ended; what it throws is reported.
  template <class Use>
  void guarded(std::string_view event, Use use);
  template <class List, class... Args>
  void notify(std::string_view event, const List& list, const Args&... args);

  Manager* manager_;  // null once the client has ended
  const std::shared_ptr<Gate> gate_;
  const std::shared_ptr<const ConnectionStatus> status_;
  const std::string nsp_;
  const std::optional<std::size_t> retries_;
  const std::optional<std::chrono::milliseconds> ack_timeout_;
  const std::size_t offline_buffer_bytes_;
  const std::size_t out_buffer_bytes_;

  std::atomic<bool> connected_ = false;
  std::atomic<bool> active_ = false;
  std::atomic<bool> recovered_ = false;
  std::atomic<std::size_t> posted_bytes_ = 0;  // on their way from other threads
  std::atomic<std::size_t> kept_bytes_ = 0;    // in buffer_ and retry_queue_
  std::atomic<bool> counting_again_ = false;
  SharedText id_;

  std::shared_ptr<Auth> auth_;
  ClientHandlers handlers_;
  std::unordered_set<std::shared_ptr<Answer>> answers_;  // that are not settled
  bool ended_ = false;

  Join joining_ = Join::none;
  bool in_auth_ = false;          // user code that join() calls is running
  std::uint64_t join_turn_ = 0;   // answers of auth for an earlier one are stale
  std::uint64_t sent_in_ = 0;     // the section of the latest packet, 0: it was handled
  std::uint64_t connection_ = 0;  // counts the times it connected
  std::shared_ptr<ConnectionPeer> peer_;
  std::string pid_;
  RecoveryOffset offset_;
  std::deque<Received> received_;  // before the server's CONNECT
  std::size_t received_bytes_ = 0;
  SendBuffer buffer_;
  RetryQueue retry_queue_;
  AckTable acks_;
  std::uint64_t next_ack_id_ = 0;
  std::vector<std::uint64_t> room_for_ids_;  // of acks_, which fail whatever is lacking
  Backoff join_backoff_;                     // after refusals
  MemberTimer<ClientSocketState, &ClientSocketState::on_join_timer> join_timer_{*this};
};

}  // namespace socketio::core
