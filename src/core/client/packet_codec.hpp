// SPDX-License-Identifier: MIT
// PacketCodec: a client's packets in the encoding that its server uses: JSON text followed by
// attachments, or MessagePack. Life cycle: one per client; reset() between connections. A packet is
// valid until the next call. Loop's thread only.
#pragma once

#include "codec/json/document.hpp"
#include "codec/msgpack/packet.hpp"
#include "codec/socketio/decoder.hpp"
#include "engine/client/session.hpp"

#include <socketio/client_options.hpp>
#include <socketio/json.hpp>
#include <socketio/outcome.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace socketio::core {

/// What is wrong with what the server sent, for people.
std::string_view describe(parser::Errc error);

class PacketCodec {
 public:
  using Decoded = Result<std::optional<parser::Packet>, parser::Errc>;

  PacketCodec(Parser parser, const parser::Limits& limits, const codec::JsonLimits& json);

  /// A message; nothing if attachments are due.
  Decoded add_text(std::string_view message);
  Decoded add_binary(std::string_view message);
  /// The last packet is used no more: gives memory back if it was large.
  void give_back_large() { document_.give_back_large(); }
  void reset();

  /// Sends the packet with its payload, JSON text or empty. False, and nothing was sent, if there
  /// is no such packet in this encoding.
  bool send(engine::ClientSession& session, parser::Header header,
            const std::vector<Bytes>& attachments, Compress compress);
  /// Whether a message of those that send() has made is a DISCONNECT packet. Forgets a packet of
  /// which attachments are due.
  bool is_disconnect(engineio::Content content, std::string_view message);

 private:
  std::variant<parser::Decoder, msgpack::Decoder> decoder_;
  std::optional<msgpack::Encoder> encoder_;
  codec::Document document_;
  std::string packet_;  // memory of the packet that is being sent
};

}  // namespace socketio::core
