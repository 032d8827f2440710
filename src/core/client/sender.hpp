// SPDX-License-Identifier: MIT
// Sender: the events that one socket sends, and their pending acknowledgements. Without a
// connection events wait in a buffer. With `retries` they wait in a queue, and each is sent again
// until it is acknowledged.
//
// Invariant: events are sent in the order in which they were emitted. So nothing is sent while
// the buffer holds anything, and only one event of the queue is unacknowledged at a time. Each
// acknowledgement completes exactly once. kept_bytes() is the size of buffer and queue, and stays
// within the limit.
//
// Life cycle: one per socket, for all its connections; end(), which completes what is pending, then
// release(). Loop's thread, inside the gate; kept_bytes() any thread.
#pragma once

#include "base/loop.hpp"
#include "core/ack_table.hpp"
#include "core/client/pending_ack.hpp"
#include "core/client/retry_queue.hpp"
#include "core/client/send_buffer.hpp"

#include <socketio/client_options.hpp>
#include <socketio/json.hpp>
#include <socketio/outcome.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <unordered_set>
#include <vector>

namespace socketio::core {

class Sender {
 public:
  /// What Sender needs of its socket.
  class Link {
   public:
    virtual Loop& loop() = 0;
    /// The number of the connection; 0 if there is none.
    virtual std::uint64_t connection() const = 0;
    /// Whether the connection is about to end because no ping has arrived in time.
    virtual bool heartbeat_expired() = 0;
    virtual bool writable() const = 0;
    virtual bool has_room(std::size_t bytes) const = 0;
    virtual EmitResult send_event(std::optional<std::uint64_t> id, std::string_view text,
                                  const std::vector<Bytes>& attachments, Compress compress) = 0;
    /// Calls user code, which may close the connection.
    virtual void notify_outgoing(std::string_view text, const std::vector<Bytes>& attachments) = 0;
    /// Runs `work` inside the gate, as part of the loop: timeouts are called by the timing wheel.
    virtual void enter(const std::function<void()>& work) = 0;
    /// A callback has thrown. Called while the exception is being handled.
    virtual void report_callback() noexcept = 0;

   protected:
    ~Link() = default;
  };
  struct Limits {
    std::size_t buffer_bytes = 0;
    std::size_t pending_acks = 0;
  };

  Sender(Link& link, const SocketOptions& options, const Limits& limits);

  /// `ack` may be null.
  EmitResult emit(std::string_view text, std::vector<Bytes> attachments,
                  const detail::EmitFlags& flags, const std::shared_ptr<PendingAck>& ack);
  /// Sends what is waiting, until the connection closes.
  void on_connected();
  void on_ack(std::uint64_t id, const Value& arguments);
  /// Fails the acknowledgements of events that have been sent.
  void on_disconnected();
  void end();
  /// Releases what lives on the loop.
  void release() { acks_.clear(); }

  std::size_t kept_bytes() const { return kept_bytes_.load(); }
  /// Whether every event that is not volatile is kept until it is acknowledged.
  bool keeps_all() const { return retries_.has_value(); }

 private:
  /// A retried event is the only one underway; dropping it for lack of room would waste a try.
  enum class OutLimit : std::uint8_t { applies, none };

  EmitResult send(std::string_view text, std::vector<Bytes> attachments,
                  const detail::EmitFlags& flags, detail::AckCallback callback, OutLimit limit);
  EmitResult send_now(std::optional<std::uint64_t> id, std::string_view text,
                      const std::vector<Bytes>& attachments, Compress compress);
  EmitResult enqueue(std::string_view text, std::vector<Bytes> attachments,
                     const detail::EmitFlags& flags, const std::shared_ptr<PendingAck>& ack);
  void await_ack(std::uint64_t id, detail::AckCallback callback, const detail::EmitFlags& flags);
  void flush_buffer();
  void drain_retries();
  void on_try_completed(std::uint64_t number, std::error_code error, const Value* arguments);
  detail::AckCallback callback_of(const std::shared_ptr<PendingAck>& ack);
  void complete(const std::shared_ptr<PendingAck>& ack, std::error_code error,
                const Value* arguments);
  void count_kept_bytes();

  Link& link_;
  const Limits limits_;
  const std::optional<std::size_t> retries_;
  const std::optional<std::chrono::milliseconds> ack_timeout_;
  SendBuffer buffer_;
  RetryQueue retry_queue_;
  AckTable acks_;
  std::unordered_set<std::shared_ptr<PendingAck>> pending_;
  std::uint64_t next_ack_id_ = 0;
  // For acks_, which must be able to fail even without memory.
  std::vector<std::uint64_t> room_for_ids_;
  std::atomic<std::size_t> kept_bytes_ = 0;
};

}  // namespace socketio::core
