// SPDX-License-Identifier: MIT
// EventCall: one received event while its handlers run; see detail::Invocation. Views the packet; lives on the stack of
// the dispatch.
#pragma once

#include <socketio/handler.hpp>

#include <memory>
#include <string_view>

#include "codec/socketio/decoder.hpp"
#include "core/socket_state.hpp"

namespace socketio::core {

class EventCall final : public detail::Invocation {
 public:
  EventCall(SocketState& state, std::string_view event, const parser::Packet& packet)
      : handle_(state.shared_from_this()), state_(state), event_(event), packet_(packet) {}

  Socket& socket() override { return handle_; }
  const Value& payload() const override { return packet_.payload; }
  Arguments raw_arguments(std::size_t skip) const override;
  bool ack_requested() const override { return packet_.id.has_value() && !answered(); }
  detail::AckTarget ack() override;
  void answer(detail::OutgoingEvent& arguments) override;
  void report_argument(std::size_t index) override;
  void report_exception(std::exception_ptr exception) override { state_.report(event_, exception); }

 private:
  bool answered() const { return answered_; }

  Socket handle_;
  SocketState& state_;
  std::string_view event_;
  const parser::Packet& packet_;
  std::shared_ptr<detail::AckState> ack_;
  bool answered_ = false;
};

}  // namespace socketio::core
