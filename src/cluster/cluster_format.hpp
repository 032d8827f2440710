// SPDX-License-Identifier: MIT
// The messages of JavaScript's ClusterAdapter, which createShardedAdapter() of @socket.io/
// redis-adapter and @socket.io/redis-streams-adapter send: a map of `type`, `data`, `uid` and `nsp`.
// Over pub/sub it is JSON or MessagePack, and which of both it is, the first byte says; as an entry
// of a stream it has four fields of text.
//
// Life cycle: one for each bus. Single thread.
#pragma once

#include "base/result.hpp"
#include "cluster/message.hpp"
#include "cluster/wire_text.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace socketio::cluster {

/// The fields of an entry in a stream, in the order in which they are written.
struct StreamEntry {
  std::string uid;
  std::string nsp;
  /// A number.
  std::string type;
  /// JSON, or MessagePack in base64. Empty if the message has no data.
  std::string data;
  friend bool operator==(const StreamEntry&, const StreamEntry&) = default;
};

class ClusterFormat {
 public:
  explicit ClusterFormat(const FormatLimits& limits = {}) : wire_(limits) {}

  enum class Encoding : std::uint8_t {
    /// As the sharded adapter writes it: MessagePack if there is binary data.
    json_if_text,
    /// As the streams adapter writes what does not go to the stream.
    msgpack,
  };
  Result<std::string, FormatErrc> encode(const Message& message, Encoding encoding);
  Result<Message, FormatErrc> decode(std::string_view bytes);

  Result<StreamEntry, FormatErrc> encode_entry(const Message& message);
  Result<Message, FormatErrc> decode_entry(const StreamEntry& entry);

 private:
  WireText wire_;
};

}  // namespace socketio::cluster
