// SPDX-License-Identifier: MIT
// Packets of an application's own parser (socketio/custom_parser.hpp), checked as those of the
// built-in ones are, and passed on as JSON text with attachments. In a packet with binary data, an
// object that looks like a placeholder is taken for one, as in codec/msgpack.
//
// Life cycle: one per connection. A packet from the Decoder is valid as long as its `storage`. What
// the application's functions throw is an error here: Errc::parser_threw, with a text. Single
// thread.
#pragma once

#include "base/result.hpp"
#include "codec/json/document.hpp"
#include "codec/socketio/decoder.hpp"
#include "codec/socketio/encoder.hpp"
#include "codec/socketio/packet.hpp"

#include <socketio/custom_parser.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::custom {

class Decoder final : public parser::Decoder {
 public:
  Decoder(std::shared_ptr<CustomParser> parser, parser::Role role, const parser::Limits& limits)
      : parser_(std::move(parser)), limits_(limits), role_(role) {}

  Result<std::optional<parser::Packet>, parser::Errc> add_text(std::string_view message,
                                                               codec::Document& document) override;
  Result<std::optional<parser::Packet>, parser::Errc> add_binary(
      std::string_view message, codec::Document& document) override;
  /// True while the application waits for more messages of a packet.
  bool attachments_due() const override { return waiting_bytes_ != 0; }
  void reset() override;
  std::string_view thrown() const override { return thrown_; }

 private:
  Result<std::optional<parser::Packet>, parser::Errc> add(const ParserMessage& message,
                                                          std::size_t bytes,
                                                          codec::Document& document);
  Result<std::optional<ParserPacket>, parser::Errc> decode(const ParserMessage& message);
  Result<parser::Packet, parser::Errc> check(ParserPacket packet, codec::Document& document) const;

  std::shared_ptr<CustomParser> parser_;
  parser::Limits limits_;
  parser::Role role_;
  // Made for the first message, and again after an error.
  std::unique_ptr<CustomParser::Decoder> decoder_;
  // Of the messages of an incomplete packet.
  std::size_t waiting_bytes_ = 0;
  std::string thrown_;
};

class Encoder final : public parser::Encoder {
 public:
  /// For the packets that we send: a peer's limits do not apply to them.
  static constexpr codec::JsonLimits limits{.depth = 1024,
                                            .nodes = std::numeric_limits<std::size_t>::max()};

  explicit Encoder(std::shared_ptr<CustomParser> parser);

  Result<parser::EncodedPacket, parser::Errc> encode(const parser::OutgoingPacket& packet) override;
  std::string_view thrown() const override { return thrown_; }

 private:
  std::shared_ptr<CustomParser> parser_;
  codec::Document document_;
  std::vector<ParserMessage> messages_;
  std::string thrown_;
};

}  // namespace socketio::custom
