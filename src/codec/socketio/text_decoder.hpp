// SPDX-License-Identifier: MIT
// TextDecoder: packets as JSON text followed by their attachments (Socket.IO protocol 5, "Packet
// format"; limits in packet.hpp). It keeps a binary packet until its attachments have arrived, and
// checks that each payload fits its type. It owns no memory unless a binary packet is incomplete.
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
  /// A binary packet whose attachments are missing.
  struct Partial {
    std::string text;
    // Views `text`.
    Header header;
    std::vector<Bytes> attachments;
    std::size_t bytes = 0;
  };

  Result<std::optional<Packet>, Errc> complete(codec::Document& document);

  Limits limits_;
  Role role_;
  std::unique_ptr<Partial> partial_;
};

}  // namespace socketio::parser
