// SPDX-License-Identifier: MIT
#include "codec/websocket/frame.hpp"

namespace socketio::websocket {

CloseCode close_code_of(Errc error) {
  switch (error) {
    case Errc::invalid_utf8:
    case Errc::invalid_deflate:
      return CloseCode::invalid_payload;
    case Errc::message_too_big:
      return CloseCode::message_too_big;
    case Errc::too_many_fragments:
      return CloseCode::policy_violation;
    case Errc::reserved_bit_set:
    case Errc::reserved_opcode:
    case Errc::mask_missing:
    case Errc::mask_unexpected:
    case Errc::length_not_minimal:
    case Errc::length_top_bit_set:
    case Errc::control_too_long:
    case Errc::control_fragmented:
    case Errc::unexpected_continuation:
    case Errc::message_not_finished:
    case Errc::invalid_close_payload:
      break;
  }
  return CloseCode::protocol_error;
}

}  // namespace socketio::websocket
