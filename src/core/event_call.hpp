// SPDX-License-Identifier: MIT
// EventCall: one received event while its handlers run; see detail::Invocation. Views the packet;
// lives on the stack of the dispatch.
#pragma once

#include "codec/socketio/decoder.hpp"
#include "core/socket_state.hpp"

#include <socketio/handler.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace socketio::core {

class EventCall final : public detail::Invocation {
 public:
  /// `arguments` has been walked past the name.
  EventCall(std::shared_ptr<SocketState> state, std::string_view event,
            const parser::Packet& packet, const ValueArray& arguments)
      : state_(*state),
        handle_(std::move(state)),
        event_(event),
        packet_(packet),
        arguments_(arguments) {}

  Socket& socket() override { return handle_; }
  const Value& payload() const override { return packet_.payload; }
  ValueArray arguments() const override { return arguments_; }
  Arguments raw_arguments(std::size_t skip) const override;
  bool ack_requested() const override { return packet_.id.has_value() && !answered(); }
  detail::AckTarget ack() override;
  void answer(detail::OutgoingEvent& arguments) override;
  void report_argument(std::size_t index) override;
  void report_exception(std::exception_ptr exception) override { state_.report(event_, exception); }

 private:
  bool answered() const { return answered_; }

  SocketState& state_;
  Socket handle_;
  std::string_view event_;
  const parser::Packet& packet_;
  const ValueArray& arguments_;
  std::shared_ptr<detail::AckState> ack_;
  bool answered_ = false;
};

}  // namespace socketio::core
