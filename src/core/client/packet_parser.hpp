// SPDX-License-Identifier: MIT
// PacketParser: encodes and decodes a client's packets, in the encoding that its server uses. Life
// cycle: one per client; reset() between connections. A packet is valid until the next call. Loop's
// thread only.
#pragma once

#include "codec/json/document.hpp"
#include "codec/socketio/decoder.hpp"
#include "codec/socketio/encoder.hpp"
#include "engine/client/session.hpp"

#include <socketio/client_options.hpp>
#include <socketio/outcome.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace socketio::core {

/// What is wrong with what the server sent, as a text for people.
std::string_view describe(parser::Errc error);

class PacketParser {
 public:
  using Decoded = Result<std::optional<parser::Packet>, parser::Errc>;

  PacketParser(const Parser& parser, const parser::Limits& limits, const codec::JsonLimits& json);

  /// Adds a message. Returns a packet, or nothing while attachments are missing.
  Decoded add_text(std::string_view message);
  Decoded add_binary(std::string_view message);
  /// The last packet is no longer used: frees its memory if it was large.
  void give_back_large() { document_.give_back_large(); }
  void reset();

  /// Returns why the packet cannot be encoded; then nothing is sent.
  std::optional<parser::Errc> send(engine::ClientSession& session,
                                   const parser::OutgoingPacket& packet, Compress compress);
  /// Whether a message made by send() is a DISCONNECT packet. Drops an incomplete packet whose
  /// attachments are missing.
  bool is_disconnect(engineio::Content content, std::string_view message);

 private:
  std::unique_ptr<parser::Decoder> decoder_;
  std::unique_ptr<parser::Encoder> encoder_;
  codec::Document document_;
};

}  // namespace socketio::core
