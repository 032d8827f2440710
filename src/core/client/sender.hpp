// SPDX-License-Identifier: MIT
// Sender: the events that one socket sends, and the acknowledgements that it is owed. Without a
// connection events wait in a buffer; with `retries` they wait in a queue, and each is sent again
// until it is acknowledged.
//
// Invariant: events leave in the order in which they were emitted, so nothing is sent while the
// buffer holds anything, and of the queue one event is on its way at a time. Each acknowledgement
// that was asked for completes exactly once. kept_bytes() is what buffer and queue hold, and stays
// within the limit.
//
// Life cycle: one per socket, through all its connections; end(), which completes what is pending,
// then release(). Loop's thread, inside the gate; kept_bytes() any thread.
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
  /// What it needs of its socket.
  class Link {
   public:
    virtual Loop& loop() = 0;
    /// The number of the connection; 0 while there is none.
    virtual std::uint64_t connection() const = 0;
    /// Of the connection. No ping has come in time: it is about to end.
    virtual bool heartbeat_expired() = 0;
    virtual bool writable() const = 0;
    virtual bool has_room(std::size_t bytes) const = 0;
    virtual EmitResult send_event(std::optional<std::uint64_t> id, std::string_view text,
                                  const std::vector<Bytes>& attachments, Compress compress) = 0;
    /// Calls user code, which may end the connection.
    virtual void notify_outgoing(std::string_view text, const std::vector<Bytes>& attachments) = 0;
    /// Runs `work` as what the loop does inside the gate: a timeout comes from the wheel.
    virtual void enter(const std::function<void()>& work) = 0;
    /// A callback threw, which is being handled.
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
  /// Sends what waits, as long as the connection stays.
  void on_connected();
  void on_ack(std::uint64_t id, const Value& arguments);
  /// Fails the acknowledgements of what was sent.
  void on_disconnected();
  void end();
  /// Lets go of what lives on the loop.
  void release() { acks_.clear(); }

  std::size_t kept_bytes() const { return kept_bytes_.load(); }
  /// Whatever is not volatile is kept until it is acknowledged.
  bool keeps_all() const { return retries_.has_value(); }

 private:
  /// A retried event is alone on its way, and failing it for want of room would be a try lost.
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
  std::vector<std::uint64_t> room_for_ids_;  // of acks_, which fail whatever is lacking
  std::atomic<std::size_t> kept_bytes_ = 0;
};

}  // namespace socketio::core
