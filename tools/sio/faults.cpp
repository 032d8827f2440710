// SPDX-License-Identifier: MIT
#include "faults.hpp"

namespace sio {

std::string_view to_text(socketio::engineio::Errc fault) {
  using socketio::engineio::Errc;
  switch (fault) {
    case Errc::empty_packet:
      return "an Engine.IO packet begins with its type, this is empty";
    case Errc::unknown_type:
      return "no Engine.IO packet begins like this: types are 0 to 6, and b for binary in base64";
    case Errc::invalid_base64:
      return "this is no base64";
    case Errc::invalid_handshake:
      return "the handshake is a JSON object with sid, upgrades, pingInterval and pingTimeout";
    case Errc::too_many_packets:
      return "too many packets in one payload";
    case Errc::invalid_length:
      return "a payload of protocol 3 has the length of each packet before it";
    case Errc::invalid_utf8:
      return "a packet of protocol 3 is UTF-8";
  }
  return "unknown";
}

std::string_view to_text(socketio::parser::Errc fault) {
  using socketio::parser::Errc;
  switch (fault) {
    case Errc::empty_packet:
      return "a Socket.IO packet begins with its type, this is empty";
    case Errc::unknown_type:
      return "no Socket.IO packet has this type: types are 0 to 6";
    case Errc::invalid_attachment_count:
      return "a binary packet has the number of its attachments behind its type, then a hyphen";
    case Errc::invalid_id:
      return "ids are at most 2^53 - 1";
    case Errc::invalid_json:
      return "the payload is no JSON";
    case Errc::invalid_payload:
      return "the payload is not what this type of packet carries";
    case Errc::reserved_event:
      return "an event of this name is reserved and never sent";
    case Errc::invalid_placeholder:
      return "a placeholder in the payload stands for no attachment";
    case Errc::unexpected_text:
      return "a text packet, but attachments were due";
    case Errc::unexpected_binary:
      return "a binary message, but no attachment is due";
    case Errc::too_large:
      return "packet and attachments are too large";
    default:
      return "the packet is invalid";
  }
}

std::string_view to_text(socketio::websocket::Errc fault) {
  using socketio::websocket::Errc;
  switch (fault) {
    case Errc::reserved_bit_set:
      return "a reserved bit is set";
    case Errc::reserved_opcode:
      return "the opcode is reserved";
    case Errc::mask_missing:
      return "a client's frame must be masked";
    case Errc::mask_unexpected:
      return "a server's frame must not be masked";
    case Errc::length_not_minimal:
      return "the length is not written in the shortest form";
    case Errc::length_top_bit_set:
      return "the length has its highest bit set";
    case Errc::control_too_long:
      return "a control frame has more than 125 bytes";
    case Errc::control_fragmented:
      return "a control frame is fragmented";
    case Errc::unexpected_continuation:
      return "a continuation, but no message was begun";
    case Errc::message_not_finished:
      return "a new message inside a fragmented one";
    case Errc::invalid_utf8:
      return "the text is no UTF-8";
    case Errc::invalid_close_payload:
      return "the payload of the close frame has one byte, or a code that must not be sent";
    case Errc::invalid_deflate:
      return "the compressed payload cannot be read; it may need messages that came before";
    case Errc::message_too_big:
      return "the message is too big";
    case Errc::too_many_fragments:
      return "the message has too many fragments";
  }
  return "unknown";
}

std::string_view to_text(socketio::msgpack::Errc fault) {
  using socketio::msgpack::Errc;
  switch (fault) {
    case Errc::truncated:
      return "it ends before all that it announces has come";
    case Errc::reserved_byte:
      return "it has the byte c1, which MessagePack never uses";
    case Errc::trailing_bytes:
      return "there are bytes behind the packet";
    case Errc::invalid_key:
      return "the key of a map is no string or number";
    case Errc::too_deep:
      return "it is nested too deep";
    case Errc::too_many_values:
      return "it has too many values";
    case Errc::too_many_attachments:
      return "it has too much binary data";
    case Errc::text_too_long:
      return "it is too large";
  }
  return "unknown";
}

}  // namespace sio
