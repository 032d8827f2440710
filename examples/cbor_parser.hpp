// SPDX-License-Identifier: MIT
// A parser of your own, for servers and clients: packets as CBOR (RFC 8949), one binary message each.
// Its counterpart in JavaScript, with a package for CBOR:
//
//   class Encoder {
//     encode({ type, nsp, data, id }) {
//       return [Buffer.from(encode({ type, nsp, ...(data !== undefined && { data }), ...(id !== undefined && { id }) }))];
//     }
//   }
//   class Decoder extends EventEmitter {
//     add(message) { this.emit("decoded", decode(message)); }
//     destroy() {}
//   }
//   io(url, { parser: { Encoder, Decoder } });
#pragma once

#include <socketio/custom_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace example {

/// Finds out whether values are nested too deeply: reading such CBOR would take all of the stack.
class DepthCheck final : public nlohmann::json_sax<socketio::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return ++depth_ <= limit; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return depth_-- > 0; }
  bool start_array(std::size_t) override { return ++depth_ <= limit; }
  bool end_array() override { return depth_-- > 0; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  static constexpr int limit = 100;
  int depth_ = 0;
};

class CborParser final : public socketio::CustomParser {
 public:
  std::vector<socketio::ParserMessage> encode(const socketio::ParserPacket& packet) override {
    socketio::json map{{"type", packet.type}, {"nsp", packet.nsp}};
    if (!packet.data.is_null()) map["data"] = packet.data;
    if (packet.id) map["id"] = *packet.id;
    return {socketio::json::to_cbor(map)};
  }

  std::unique_ptr<Decoder> make_decoder() override { return std::make_unique<CborDecoder>(); }

 private:
  class CborDecoder final : public Decoder {
   public:
    /// Every exception means that this is no packet; they need not be told apart.
    std::optional<socketio::ParserPacket> add(const socketio::ParserMessage& message) override {
      using socketio::json;
      const auto& bytes = std::get<socketio::Bytes>(message);
      DepthCheck check;
      if (!json::sax_parse(bytes, &check, json::input_format_t::cbor)) {
        throw std::invalid_argument("no CBOR, or nested too deeply");
      }
      json map = json::from_cbor(bytes);
      socketio::ParserPacket packet;
      const auto type = map.at("type").get<std::uint64_t>();
      if (type > 4) throw std::invalid_argument("unknown packet type");
      packet.type = static_cast<socketio::ParserPacket::Type>(type);
      packet.nsp = map.at("nsp").get<std::string>();
      if (map.contains("data")) packet.data = std::move(map["data"]);
      if (map.contains("id")) packet.id = map["id"].get<std::uint64_t>();
      return packet;
    }
  };
};

}  // namespace example
