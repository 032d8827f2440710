// SPDX-License-Identifier: MIT
// TextDecoder: packets as JSON text followed by their attachments (Socket.IO protocol 5, "Packet
// format"; limits in packet.hpp). Holds a binary packet back until its attachments have come, and
// checks each payload against its type. Owns no memory while no binary packet is underway.
#pragma once

#include "codec/socketio/decoder.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::parser {

class TextDecoder final : public Decoder {
 public:
  TextDecoder(Role role, const Limits& limits) : limits_(limits), role_(role) {}

  Result<std::optional<Packet>, Errc> add_text(std::string_view message,
                                               codec::Document& document) override;
  Result<std::optional<Packet>, Errc> add_binary(std::string_view message,
                                                 codec::Document& document) override;
  bool attachments_due() const override { return partial_ != nullptr; }
  void reset() override { partial_.reset(); }

 private:
  /// A binary packet that waits for attachments.
  struct Partial {
    std::string text;
    Header header;  // views `text`
    std::vector<Bytes> attachments;
    std::size_t bytes = 0;
  };

  Result<std::optional<Packet>, Errc> complete(codec::Document& document);

  Limits limits_;
  Role role_;
  std::unique_ptr<Partial> partial_;
};

}  // namespace socketio::parser
