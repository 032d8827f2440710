// SPDX-License-Identifier: MIT
// Packets of socket.io-msgpack-parser 3.0: one binary message each, a map of `type` (0 to 4),
// `nsp`, `data` and `id`; other members are ignored.
//
// Decoder has the interface, the packets and the errors of parser::Decoder, so that callers can
// hold either, e.g. in a std::variant<parser::Decoder, msgpack::Decoder> that one function visits.
// Payloads are checked as there (events need a name that is not reserved, acknowledgements an id),
// and travel as JSON text with attachments (text.hpp). One thing differs from JavaScript: beside
// binary data, an object that looks like a placeholder is one.
//
// Life cycle: one per connection. Decoder: a packet is valid until the next call, and with its
// `storage` for longer; after an error the connection must close. Single thread.
#pragma once

#include "base/result.hpp"
#include "codec/json/document.hpp"
#include "codec/msgpack/text.hpp"
#include "codec/socketio/decoder.hpp"
#include "codec/socketio/packet.hpp"

#include <socketio/json.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::msgpack {

class Decoder {
 public:
  using Role = parser::Decoder::Role;

  /// `json`: of the text that a packet becomes, which Documents given to add_binary() have to take.
  Decoder(Role role, const parser::Limits& limits, const codec::JsonLimits& json = {})
      : limits_(limits), json_limits_(json), role_(role) {}

  /// Refused: packets are binary.
  Result<std::optional<parser::Packet>, parser::Errc> add_text(std::string_view message,
                                                               codec::Document& document);
  /// Always a packet.
  Result<std::optional<parser::Packet>, parser::Errc> add_binary(std::string_view message,
                                                                 codec::Document& document);
  bool attachments_due() const { return false; }
  void reset() { parts_.reset(); }

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
  Role role_;
  std::shared_ptr<Parts> parts_;
};

class Encoder {
 public:
  /// Of what we send; a peer's limits are its own.
  static constexpr codec::JsonLimits limits{.depth = 1024,
                                            .nodes = std::numeric_limits<std::size_t>::max()};

  Encoder() : document_(limits) {}

  /// Appends the binary message of a packet: `header` with its payload, the JSON text (empty for
  /// none), and what the placeholders in it stand for. binary_event and binary_ack count as event
  /// and ack; Header::attachments is not looked at. Nothing is appended if there is an error: text
  /// that is no JSON or too deep, or a placeholder without attachment.
  std::optional<parser::Errc> append_packet(std::string& out, const parser::Header& header,
                                            std::span<const Bytes> attachments);

 private:
  codec::Document document_;
};

}  // namespace socketio::msgpack
