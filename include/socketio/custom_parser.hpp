// SPDX-License-Identifier: MIT
// CustomParser: a parser of your own, for servers and clients (`parser: { Encoder, Decoder }` in
// JavaScript). examples/cbor_parser.hpp has a complete one.
//
//   class CborParser final : public socketio::CustomParser { … };
//   options.parser = std::make_shared<CborParser>();
//
// What it throws about a received message ends that connection, as any message does that is no
// packet; its text reaches the server's on_error. It is slower than the built-in parsers, because
// values are converted to json and back.
#pragma once

#include <socketio/json.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace socketio {

/// A packet of Socket.IO protocol 5, as JavaScript's parsers have it.
struct ParserPacket {
  enum class Type : std::uint8_t { connect, disconnect, event, ack, connect_error };
  Type type = Type::event;
  std::string nsp = "/";
  /// An event's name and arguments or an acknowledgement's arguments (an array), the auth of a
  /// CONNECT, what it is answered with (objects). Binary data is json::binary. null: none.
  json data = nullptr;
  std::optional<std::uint64_t> id{};  ///< Of an acknowledgement, or of an event that asks for one.
};

/// A text message or a binary one.
using ParserMessage = std::variant<std::string, Bytes>;

class CustomParser {
 public:
  class Decoder {
   public:
    virtual ~Decoder() = default;
    /// A message has arrived. Returns a packet, or nothing if its other messages are missing; they
    /// must come within Limits::attachments_timeout, and their sizes may add up to
    /// max_payload_bytes. Throws if this is no packet. A peer can send anything: mind the depth to
    /// which values are nested. What is wrong with a packet's parts is found by the library.
    virtual std::optional<ParserPacket> add(const ParserMessage& message) = 0;
  };

  virtual ~CustomParser() = default;
  /// The messages of a packet, at least one. If it throws, the packet is not sent, and a connection
  /// that it was meant for alone ends.
  virtual std::vector<ParserMessage> encode(const ParserPacket& packet) = 0;
  /// One for each connection. Called again after an error.
  virtual std::unique_ptr<Decoder> make_decoder() = 0;
};

}  // namespace socketio
