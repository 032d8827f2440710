// SPDX-License-Identifier: MIT
// A long-polling payload: text packets joined by the record separator 0x1E. Decoding is incremental and linear;
// the count of packets is limited because each costs the receiver far more than its two bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "codec/engineio/packet.hpp"

namespace socketio::engineio {

inline constexpr char record_separator = '\x1e';

class PayloadDecoder {
 public:
  /// `payload` must outlive the decoder.
  PayloadDecoder(std::string_view payload, std::size_t packet_limit);

  /// The next packet (valid until the next call), nothing at the end, or an error, after which decoding stops.
  Result<std::optional<Packet>, Errc> next();

 private:
