// SPDX-License-Identifier: MIT
// EventCall: one received event while its handlers run; see detail::Invocation. Views the
// packet, and lives on the stack of the dispatch. This is what server and client share; each
// adds its socket.
#pragma once

#include "codec/socketio/decoder.hpp"
#include "core/event_peer.hpp"

#include <socketio/handler.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace socketio::core {

class EventCall : public detail::Invocation {
 public:
  /// `arguments` is positioned after the name.
  EventCall(EventPeer& peer, std::string_view event, const parser::Packet& packet,
            const ValueArray& arguments)
      : peer_(peer), event_(event), packet_(packet), arguments_(arguments) {}

  const Value& payload() const override { return packet_.payload; }
  ValueArray arguments() const override { return arguments_; }
  Arguments raw_arguments(std::size_t skip) const override;
  bool ack_requested() const override { return packet_.id.has_value() && !answered_; }
  detail::AckTarget ack() override;
  void answer(detail::OutgoingEvent& arguments) override;
  void report_argument(std::size_t index) override;
  void report_exception(std::exception_ptr exception) override { peer_.report(event_, exception); }

  /// What watchers have kept to acknowledge the event; null if they have not.
  const std::shared_ptr<detail::AckState>& kept_ack() const { return ack_; }
  /// Shares the one acknowledgement with another call of the same event.
  void share_ack(std::shared_ptr<detail::AckState> ack) { ack_ = std::move(ack); }

 private:
  EventPeer& peer_;
  std::string_view event_;
  const parser::Packet& packet_;
  const ValueArray& arguments_;
  std::shared_ptr<detail::AckState> ack_;
  bool answered_ = false;
};

}  // namespace socketio::core
