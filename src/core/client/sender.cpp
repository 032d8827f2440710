// SPDX-License-Identifier: MIT
#include "core/client/sender.hpp"

#include <functional>
#include <string>
#include <utility>

namespace socketio::core {

Sender::Sender(Link& link, const SocketOptions& options, const Limits& limits)
    : link_(link),
      limits_(limits),
      retries_(options.retries != 0U ? options.retries : std::nullopt),
      ack_timeout_(options.ack_timeout.count() > 0 ? std::optional(options.ack_timeout)
                                                   : std::nullopt),
      retry_queue_(options.retries.value_or(0)) {}

// --- Events ---

EmitResult Sender::emit(std::string_view text, std::vector<Bytes> attachments,
                        const detail::EmitFlags& flags, const std::shared_ptr<PendingAck>& ack) {
  if (ack) {
    if (pending_.size() >= limits_.pending_acks) {
      complete(ack, Errc::too_many_pending, nullptr);
      return EmitResult::dropped;
    }
    pending_.insert(ack);
  }
  if (retries_ && !flags.is_volatile) return enqueue(text, std::move(attachments), flags, ack);
  return send(text, std::move(attachments), flags, ack ? callback_of(ack) : detail::AckCallback(),
              OutLimit::applies);
}

EmitResult Sender::send(std::string_view text, std::vector<Bytes> attachments,
                        const detail::EmitFlags& flags, detail::AckCallback callback,
                        OutLimit limit) {
  const std::uint64_t connection = link_.connection();
  // While the buffer holds events, this one has to wait behind them.
  const bool is_live = connection != 0 && buffer_.empty() && !link_.heartbeat_expired();
  const std::size_t size = event_bytes(text, attachments);
  const bool fits = is_live ? limit == OutLimit::none || link_.has_room(size)
                            : kept_bytes() + size <= limits_.buffer_bytes;
  const bool is_unwanted = flags.is_volatile && !(is_live && link_.writable());
  if (!fits || is_unwanted) {
    if (callback) callback(Errc::dropped, nullptr);
    return EmitResult::dropped;
  }
  std::optional<std::uint64_t> id;
  if (callback) {
    id = next_ack_id_++;
    await_ack(*id, std::move(callback), flags);
  }
  if (!is_live) {
    buffer_.push({id, std::string(text), std::move(attachments), flags.compress});
    count_kept_bytes();
    return EmitResult::queued;
  }
  link_.notify_outgoing(text, attachments);
  if (link_.connection() != connection) return EmitResult::not_connected;
  return send_now(id, text, attachments, flags.compress);
}

EmitResult Sender::send_now(std::optional<std::uint64_t> id, std::string_view text,
                            const std::vector<Bytes>& attachments, Compress compress) {
  const EmitResult result = link_.send_event(id, text, attachments, compress);
  // The encoding has no such packet, so nobody will acknowledge it.
  if (result == EmitResult::dropped && id) acks_.fail(*id, Errc::dropped);
  return result;
}

void Sender::on_connected() {
  const std::uint64_t connection = link_.connection();
  flush_buffer();
  if (link_.connection() == connection) drain_retries();
}

void Sender::flush_buffer() {
  const std::uint64_t connection = link_.connection();
  while (connection != 0 && link_.connection() == connection) {
    const auto event = buffer_.pop();
    if (!event) break;
    count_kept_bytes();
    link_.notify_outgoing(event->text, event->attachments);
    if (link_.connection() != connection) break;
    send_now(event->id, event->text, event->attachments, event->compress);
  }
}

void Sender::count_kept_bytes() {
  kept_bytes_.store(buffer_.size_bytes() + retry_queue_.size_bytes());
}

// --- Acknowledgements ---

void Sender::await_ack(std::uint64_t id, detail::AckCallback callback,
                       const detail::EmitFlags& flags) {
  if (room_for_ids_.capacity() <= acks_.size()) room_for_ids_.reserve(2 * acks_.size() + 1);
  auto completed = [this, id, callback = std::move(callback)](std::error_code error,
                                                              const Value* arguments) {
    const auto complete_it = [&] {
      if (error == Errc::timeout) {
        buffer_.remove(id);
        count_kept_bytes();
      }
      callback(error, arguments);
    };
    link_.enter(std::cref(complete_it));
  };
  acks_.add(id, std::move(completed), flags.timeout ? flags.timeout : ack_timeout_, link_.loop());
}

void Sender::on_ack(std::uint64_t id, const Value& arguments) { acks_.answer(id, arguments); }

void Sender::on_disconnected() {
  acks_.fail_all_but(buffer_.ids(), Errc::disconnected, std::exchange(room_for_ids_, {}));
}

detail::AckCallback Sender::callback_of(const std::shared_ptr<PendingAck>& ack) {
  return [this, ack](std::error_code error, const Value* arguments) {
    complete(ack, error, arguments);
  };
}

void Sender::complete(const std::shared_ptr<PendingAck>& ack, std::error_code error,
                      const Value* arguments) {
  pending_.erase(ack);
  const auto callback = ack->take();
  if (!callback) return;
  try {
    callback(error, arguments);
  } catch (...) {
    link_.report_callback();
  }
}

void Sender::end() {
  while (!pending_.empty()) {
    // The callback may do anything except add an acknowledgement: the client has ended.
    const auto ack = *pending_.begin();
    complete(ack, Errc::disconnected, nullptr);
  }
}

// --- Retries ---

EmitResult Sender::enqueue(std::string_view text, std::vector<Bytes> attachments,
                           const detail::EmitFlags& flags, const std::shared_ptr<PendingAck>& ack) {
  if (kept_bytes() + event_bytes(text, attachments) > limits_.buffer_bytes) {
    if (ack) complete(ack, Errc::dropped, nullptr);
    return EmitResult::dropped;
  }
  retry_queue_.push(std::string(text), std::move(attachments), flags,
                    ack ? callback_of(ack) : detail::AckCallback());
  count_kept_bytes();
  drain_retries();
  return link_.connection() != 0 ? EmitResult::sent : EmitResult::queued;
}

void Sender::drain_retries() {
  if (link_.connection() == 0 || !buffer_.empty() || link_.heartbeat_expired()) return;
  const RetryQueue::Entry* const head = retry_queue_.next();
  if (!head) return;
  const auto completed = [this, number = head->number](std::error_code error,
                                                       const Value* arguments) {
    on_try_completed(number, error, arguments);
  };
  // Copies, because the calls that a try makes may remove the head.
  try {
    send(std::string(head->text), head->attachments, detail::EmitFlags(head->flags), completed,
         OutLimit::none);
  } catch (...) {
    retry_queue_.take_back();
    throw;
  }
}

void Sender::on_try_completed(std::uint64_t number, std::error_code error, const Value* arguments) {
  const auto outcome = !error                   ? RetryQueue::Outcome::acknowledged
                       : error == Errc::dropped ? RetryQueue::Outcome::hopeless
                                                : RetryQueue::Outcome::failed;
  const auto entry = retry_queue_.complete(number, outcome);
  count_kept_bytes();
  if (entry && entry->callback) entry->callback(error, arguments);
  drain_retries();
}

}  // namespace socketio::core
