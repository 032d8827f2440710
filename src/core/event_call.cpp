// SPDX-License-Identifier: MIT
#include "core/event_call.hpp"

#include "core/event_text.hpp"

#include <atomic>
#include <cstdlib>
#include <utility>

namespace socketio::detail {

struct AckState {
  std::weak_ptr<core::EventPeer> peer;
  std::shared_ptr<core::EventPeer> kept_peer;
  std::uint64_t id = 0;
  std::atomic_flag answered;
};

void AckTarget::answer(OutgoingEvent& arguments) const {
  if (!state_ || state_->answered.test_and_set()) return;
  if (const auto peer = state_->peer.lock()) peer->answer(state_->id, arguments);
}

void report_exception(core::EventPeer& peer, std::string_view event, std::exception_ptr exception) {
  peer.report(event, exception);
}

std::shared_ptr<TaskLoop> loop_of(core::EventPeer& peer) { return peer.task_loop(); }

Socket& Invocation::socket() { std::abort(); }
ClientSocket& Invocation::client_socket() { std::abort(); }

}  // namespace socketio::detail

namespace socketio::core {

Arguments EventCall::raw_arguments(std::size_t skip) const {
  ValueArray items = arguments_;
  Value taken;
  // Other parameters have taken these.
  for (std::size_t i = 0; i < skip; ++i) items.next(taken);
  return undecoded(items, packet_.attachments);
}

detail::AckTarget EventCall::ack() {
  if (!ack_) {
    ack_ = std::make_shared<detail::AckState>();
    const auto answering = peer();
    ack_->peer = answering;
    if (answering->is_kept_by_acks()) ack_->kept_peer = answering;
    ack_->id = *packet_.id;
  }
  return detail::AckTarget(ack_);
}

void EventCall::answer(detail::OutgoingEvent& arguments) {
  // Another handler may have acknowledged it.
  if (ack_) return ack().answer(arguments);
  if (std::exchange(answered_, true)) return;
  peer_.answer(*packet_.id, arguments);
}

void EventCall::report_argument(std::size_t index) {
  peer_.report(event_, "argument " + std::to_string(index) +
                           " is missing or has another type than the handler's");
}

}  // namespace socketio::core
