// SPDX-License-Identifier: MIT
// A long-polling payload: text packets joined by the record separator 0x1E. Decoding is incremental
// and linear. The number of packets is limited, because a packet of two bytes costs the receiver
// far more than two bytes.
#pragma once

#include "base/result.hpp"
#include "codec/engineio/packet.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace socketio::engineio {

inline constexpr char record_separator = '\x1e';

class PayloadDecoder {
 public:
  /// `payload` must outlive the decoder.
  PayloadDecoder(std::string_view payload, std::size_t packet_limit);

  /// Returns the next packet (valid until the next call), nothing at the end, or an error, after
  /// which decoding stops.
  Result<std::optional<Packet>, Errc> next();

 private:
  std::string_view rest_;
  std::size_t packets_left_;
  bool finished_ = false;
  // The bytes of a packet that arrived as base64.
  std::string storage_;
};

}  // namespace socketio::engineio
