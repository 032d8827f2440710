// SPDX-License-Identifier: MIT
// Packets of socket.io-msgpack-parser 3.0: one binary message each, a map of `type` (0 to 4),
// `nsp`, `data` and `id`; other members are ignored.
//
// Payloads are checked as parser::TextDecoder does (events need a name that is not reserved,
// acknowledgements an id), and travel as JSON text with attachments (text.hpp). One thing differs
// from JavaScript: beside binary data, an object that looks like a placeholder is one.
//
// Life cycle: one per connection. Decoder: a packet is valid until the next call, and with its
// `storage` for longer; after an error the connection must close. Single thread.
#pragma once

#include "base/result.hpp"
#include "codec/json/document.hpp"
#include "codec/msgpack/text.hpp"
#include "codec/socketio/decoder.hpp"
#include "codec/socketio/encoder.hpp"
#include "codec/socketio/packet.hpp"

#include <socketio/json.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::msgpack {

class Decoder final : public parser::Decoder {
 public:
  /// `json`: of the text that a packet becomes, which Documents given to add_binary() have to take.
  Decoder(parser::Role role, const parser::Limits& limits, const codec::JsonLimits& json = {})
      : limits_(limits), json_limits_(json), role_(role) {}

  /// Refused: packets are binary.
  Result<std::optional<parser::Packet>, parser::Errc> add_text(std::string_view message,
                                                               codec::Document& document) override;
  /// Always a packet.
  Result<std::optional<parser::Packet>, parser::Errc> add_binary(
      std::string_view message, codec::Document& document) override;
  bool attachments_due() const override { return false; }
  void reset() override { parts_.reset(); }

 private:
  /// What a packet views; goes with it if that is much.
  struct Parts {
    std::optional<std::uint64_t> type;
    std::optional<std::string> nsp;
    std::optional<std::uint64_t> id;
    std::string text;
    std::vector<Bytes> attachments;
  };

  Parts& fresh_parts();
  std::optional<parser::Errc> read(std::string_view message, Parts& parts) const;
  std::optional<parser::Errc> read_member(std::string_view name, Reader& reader,
                                          Parts& parts) const;
  std::optional<parser::Errc> read_data(Reader& reader, Parts& parts) const;

  parser::Limits limits_;
  codec::JsonLimits json_limits_;
  parser::Role role_;
  std::shared_ptr<Parts> parts_;
};

class Encoder final : public parser::Encoder {
 public:
  /// Of what we send; a peer's limits are its own.
  static constexpr codec::JsonLimits limits{.depth = 1024,
                                            .nodes = std::numeric_limits<std::size_t>::max()};

  Encoder() : document_(limits) {}

  /// An error if the payload is no JSON or too deep, or has a placeholder without attachment.
  Result<parser::EncodedPacket, parser::Errc> encode(const parser::OutgoingPacket& packet) override;

 private:
  codec::Document document_;
  std::string message_;
};

}  // namespace socketio::msgpack
