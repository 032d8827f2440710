// SPDX-License-Identifier: MIT
// The half of ClientSocketState that sends: buffers, acknowledgements, retries.
#include "core/client/socket_state.hpp"
#include "core/event_text.hpp"

#include <utility>

namespace socketio::core {

using parser::PacketType;

/// What waits for one acknowledgement. It hears exactly once: the answer, why there is none, or,
/// when it is dropped on its way to the loop, that the client is gone.
class ClientSocketState::Answer {
 public:
  explicit Answer(detail::AckCallback callback) : callback_(std::move(callback)) {}
  ~Answer() {
    if (!callback_) return;
    try {
      callback_(Errc::disconnected, nullptr);
    } catch (...) {
      return;  // there is nobody left to tell
    }
  }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  detail::AckCallback take() { return std::exchange(callback_, nullptr); }

 private:
  detail::AckCallback callback_;
};

// --- Any thread ---

bool ClientSocketState::reserve(std::size_t bytes) {
  const std::size_t posted = posted_bytes_.fetch_add(bytes);
  if (!connected() || retries_) {
    if (posted + kept_bytes_.load() + bytes <= offline_buffer_bytes_) return true;
  } else {
    const std::size_t waiting = posted + status_->queued_bytes.load(std::memory_order_relaxed);
    if (waiting == 0 || waiting + bytes <= out_buffer_bytes_) return true;
    count_again();
  }
  posted_bytes_.fetch_sub(bytes);
  return false;
}

void ClientSocketState::count_again() {
  // A connection tells when all has been taken, not when a part has.
  if (counting_again_.exchange(true)) return;
  try {
    post([](ClientSocketState& self) {
      self.counting_again_ = false;
      if (self.manager_) self.manager_->count_queued_bytes();
    });
  } catch (...) {
    counting_again_ = false;
    throw;
  }
}

template <class Work>
bool ClientSocketState::post_reserved(std::size_t bytes, Work work) {
  try {
    return post([bytes, work = std::move(work)](ClientSocketState& self) mutable {
      self.posted_bytes_.fetch_sub(bytes);
      work(self);
    });
  } catch (...) {
    posted_bytes_.fetch_sub(bytes);
    throw;
  }
}

EmitResult ClientSocketState::emit(detail::OutgoingEvent& event, const detail::EmitFlags& flags) {
  if (gate_->is_inside()) {
    return emit_now(event.json_text(), event.take_attachments(), flags, nullptr);
  }
  if (flags.is_volatile && !connected()) return EmitResult::dropped;
  const std::size_t size = event_bytes(event.json_text(), event.attachments());
  auto work = [flags, text = std::string(event.json_text()),
               attachments = event.take_attachments()](ClientSocketState& self) mutable {
    self.emit_now(text, std::move(attachments), flags, nullptr);
  };
  if (!reserve(size)) return EmitResult::dropped;
  if (!post_reserved(size, std::move(work))) return EmitResult::not_connected;
  return connected() ? EmitResult::sent : EmitResult::queued;
}

void ClientSocketState::emit_with_ack(detail::OutgoingEvent& event, const detail::EmitFlags& flags,
                                      detail::AckCallback callback) {
  if (gate_->is_inside()) {
    emit_now(event.json_text(), event.take_attachments(), flags,
             std::make_shared<Answer>(std::move(callback)));
    return;
  }
  const std::size_t size = event_bytes(event.json_text(), event.attachments());
  const auto answer = std::make_shared<Answer>(std::move(callback));
  auto work = [flags, answer, text = std::string(event.json_text()),
               attachments = event.take_attachments()](ClientSocketState& self) mutable {
    self.emit_now(text, std::move(attachments), flags, answer);
  };
  if (!reserve(size)) return answer->take()(Errc::dropped, nullptr);
  post_reserved(size, std::move(work));
}

void ClientSocketState::answer(std::uint64_t connection, std::uint64_t ack_id,
                               detail::OutgoingEvent& arguments) {
  if (gate_->is_inside()) {
    return answer_now(connection, ack_id, arguments.json_text(), arguments.attachments());
  }
  post([connection, ack_id, text = std::string(arguments.json_text()),
        attachments = arguments.take_attachments()](ClientSocketState& self) {
    self.answer_now(connection, ack_id, text, attachments);
  });
}

void ClientSocketState::post(std::function<void()> task) {
  const auto call = [task = std::move(task)](std::error_code, const Value*) { task(); };
  gate_->post([answer = std::make_shared<Answer>(call)] { answer->take()({}, nullptr); });
}

void ClientSocketState::abandon() {
  ended_ = true;
  connected_.store(false, std::memory_order_release);
  active_.store(false, std::memory_order_release);
  id_.set({});
  peer_.reset();
  while (!answers_.empty()) {
    // The callback may do anything but come back: the client has ended.
    const auto answer = *answers_.begin();
    answers_.erase(answers_.begin());
    try {
      answer->take()(Errc::disconnected, nullptr);
    } catch (...) {
      report("acknowledgement", {}, std::current_exception());
    }
  }
  const auto released = std::exchange(handlers_, {});
  const auto auth = std::exchange(auth_, nullptr);
}

// --- Sending ---

EmitResult ClientSocketState::emit_now(std::string_view text, std::vector<Bytes> attachments,
                                       const detail::EmitFlags& flags,
                                       const std::shared_ptr<Answer>& answer) {
  if (!manager_ || ended_) return EmitResult::not_connected;  // and `answer` says so
  const auto self = shared_from_this();
  if (answer) {
    if (answers_.size() >= manager_->options().pending_acks) {
      settle(answer, Errc::too_many_pending, nullptr);
      return EmitResult::dropped;
    }
    answers_.insert(answer);
  }
  if (retries_ && !flags.is_volatile) return enqueue(text, std::move(attachments), flags, answer);
  return send_event(text, std::move(attachments), flags,
                    answer ? callback_of(answer) : detail::AckCallback(), OutLimit::applies);
}

EmitResult ClientSocketState::send_event(std::string_view text, std::vector<Bytes> attachments,
                                         const detail::EmitFlags& flags,
                                         detail::AckCallback callback, OutLimit limit) {
  // Behind what waited, as long as that is.
  const bool is_live = connected() && buffer_.empty() && !manager_->heartbeat_expired();
  const std::size_t size = event_bytes(text, attachments);
  const bool fits = is_live ? limit == OutLimit::none || manager_->has_room(size)
                            : kept_bytes_.load() + size <= offline_buffer_bytes_;
  const bool is_unwanted = flags.is_volatile && !(is_live && manager_->writable());
  if (!fits || is_unwanted) {
    if (callback) callback(Errc::dropped, nullptr);
    return EmitResult::dropped;
  }
  std::optional<std::uint64_t> id;
  if (callback) {
    if (room_for_ids_.capacity() <= acks_.size()) room_for_ids_.reserve(2 * acks_.size() + 1);
    id = next_ack_id_++;
    auto settled = [this, number = *id, callback = std::move(callback)](std::error_code error,
                                                                        const Value* arguments) {
      const GateEntry entry(*gate_);  // a timeout comes from the wheel
      contain(*this, [&] {
        if (error == Errc::timeout) {
          buffer_.remove(number);
          count_kept_bytes();
        }
        callback(error, arguments);
      });
    };
    const auto timeout = flags.timeout ? flags.timeout : ack_timeout_;
    acks_.add(*id, std::move(settled), timeout, manager_->loop());
  }
  if (!is_live) {
    buffer_.push({id, std::string(text), std::move(attachments), flags.compress});
    count_kept_bytes();
    return EmitResult::queued;
  }
  const std::uint64_t connection = connection_;
  notify_outgoing(text, attachments);
  if (!connected() || connection_ != connection) return EmitResult::not_connected;
  return send_now(id, text, attachments, flags.compress);
}

EmitResult ClientSocketState::send(PacketType type, std::optional<std::uint64_t> id,
                                   std::string_view text, const std::vector<Bytes>& attachments,
                                   Compress compress) {
  sent_in_ = manager_->section();
  return manager_->send(type, nsp_, id, text, attachments, compress);
}

EmitResult ClientSocketState::send_now(std::optional<std::uint64_t> id, std::string_view text,
                                       const std::vector<Bytes>& attachments, Compress compress) {
  const EmitResult result = send(PacketType::event, id, text, attachments, compress);
  // There is no such packet: nobody will answer it.
  if (result == EmitResult::dropped && id) acks_.fail(*id, Errc::dropped);
  return result;
}

void ClientSocketState::flush_buffer(std::uint64_t connection) {
  while (connected() && connection_ == connection) {
    const auto event = buffer_.pop();
    if (!event) break;
    count_kept_bytes();
    notify_outgoing(event->text, event->attachments);
    if (!connected() || connection_ != connection) break;
    send_now(event->id, event->text, event->attachments, event->compress);
  }
}

void ClientSocketState::answer_now(std::uint64_t connection, std::uint64_t ack_id,
                                   std::string_view text, const std::vector<Bytes>& attachments) {
  if (!manager_ || !connected() || connection_ != connection) return;
  send(PacketType::ack, ack_id, text, attachments, Compress::yes);
}

void ClientSocketState::notify_outgoing(std::string_view text,
                                        const std::vector<Bytes>& attachments) {
  if (handlers_.any_outgoing.empty()) return;
  watch_outgoing(text, attachments, [&](std::string_view event, auto& arguments) {
    run_any(handlers_.any_outgoing, event, arguments);
  });
}

void ClientSocketState::count_kept_bytes() {
  kept_bytes_.store(buffer_.size_bytes() + retry_queue_.size_bytes());
}

// --- Acknowledgements ---

void ClientSocketState::settle(const std::shared_ptr<Answer>& answer, std::error_code error,
                               const Value* arguments) {
  answers_.erase(answer);
  const auto callback = answer->take();
  if (!callback) return;
  try {
    callback(error, arguments);
  } catch (...) {
    report("acknowledgement", {}, std::current_exception());
  }
}

detail::AckCallback ClientSocketState::callback_of(const std::shared_ptr<Answer>& answer) {
  return [this, answer](std::error_code error, const Value* arguments) {
    settle(answer, error, arguments);
  };
}

void ClientSocketState::fail_sent_acks() {
  acks_.fail_all_but(buffer_.ids(), Errc::disconnected, std::exchange(room_for_ids_, {}));
}

// --- Retries ---

EmitResult ClientSocketState::enqueue(std::string_view text, std::vector<Bytes> attachments,
                                      const detail::EmitFlags& flags,
                                      const std::shared_ptr<Answer>& answer) {
  if (kept_bytes_.load() + event_bytes(text, attachments) > offline_buffer_bytes_) {
    if (answer) settle(answer, Errc::dropped, nullptr);
    return EmitResult::dropped;
  }
  retry_queue_.push(std::string(text), std::move(attachments), flags,
                    answer ? callback_of(answer) : detail::AckCallback());
  count_kept_bytes();
  drain_retries();
  return connected() ? EmitResult::sent : EmitResult::queued;
}

void ClientSocketState::drain_retries() {
  if (!manager_ || !connected() || !buffer_.empty() || manager_->heartbeat_expired()) return;
  const RetryQueue::Entry* const head = retry_queue_.next();
  if (!head) return;
  const auto settled = [this, number = head->number](std::error_code error,
                                                     const Value* arguments) {
    on_retry_settled(number, error, arguments);
  };
  // A copy: what the try calls may take the head off.
  try {
    send_event(std::string(head->text), head->attachments, detail::EmitFlags(head->flags), settled,
               OutLimit::none);
  } catch (...) {
    retry_queue_.take_back();
    throw;
  }
}

void ClientSocketState::on_retry_settled(std::uint64_t number, std::error_code error,
                                         const Value* arguments) {
  const auto outcome = !error                   ? RetryQueue::Outcome::acknowledged
                       : error == Errc::dropped ? RetryQueue::Outcome::hopeless
                                                : RetryQueue::Outcome::failed;
  const auto entry = retry_queue_.settle(number, outcome);
  count_kept_bytes();
  if (entry && entry->callback) entry->callback(error, arguments);
  if (!ended_) drain_retries();
}

}  // namespace socketio::core
