// SPDX-License-Identifier: MIT
// Packets of socket.io-msgpack-parser 3.0. Each is one binary message, a map of `type` (0 to 4),
// `nsp`, `data` and `id`; other members are ignored.
//
// Payloads are checked as parser::TextDecoder checks them (events need a name that is not reserved,
// acknowledgements an id) and are passed on as JSON text with attachments (text.hpp). One thing
// differs from JavaScript: in a packet with binary data, an object that looks like a placeholder is
// taken for one.
//
// Life cycle: one per connection. A packet from the Decoder is valid until the next call, and
// longer if its `storage` is kept. After an error the connection must close. Single thread.
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
  /// `json` are the limits of the Documents that are passed to add_binary(): the text that a packet
  /// becomes must not exceed them.
  Decoder(parser::Role role, const parser::Limits& limits, const codec::JsonLimits& json = {})
      : limits_(limits), json_limits_(json), role_(role) {}

  /// Always fails: packets are binary.
  Result<std::optional<parser::Packet>, parser::Errc> add_text(std::string_view message,
                                                               codec::Document& document) override;
  /// Never needs more messages: returns a packet or an error.
  Result<std::optional<parser::Packet>, parser::Errc> add_binary(
      std::string_view message, codec::Document& document) override;
  bool attachments_due() const override { return false; }
  void reset() override { parts_.reset(); }

 private:
  /// What a packet views. If it is large, it is freed with the packet.
  struct Parts {
    std::optional<std::uint64_t> type;
    std::optional<std::string> nsp;
    std::optional<std::uint64_t> id;
    TextBuffer text;
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
  /// For the packets that we send: a peer's limits do not apply to them.
  static constexpr codec::JsonLimits limits{.depth = 1024,
                                            .nodes = std::numeric_limits<std::size_t>::max()};

  Encoder() : document_(limits) {}

  /// Fails if the payload is not JSON, is too deep, or has a placeholder without an attachment.
  Result<parser::EncodedPacket, parser::Errc> encode(const parser::OutgoingPacket& packet) override;

 private:
  codec::Document document_;
  std::string message_;
};

}  // namespace socketio::msgpack
