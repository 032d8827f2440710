// SPDX-License-Identifier: MIT
// PreparedMessage: one or several messages that many sessions of a server send. Each form in which
// they travel is made when the first session needs it, and shared with the others. Loop's thread
// only.
#pragma once

#include "base/stream.hpp"
#include "codec/engineio/packet.hpp"
#include "codec/websocket/deflate.hpp"
#include "engine/websocket_message.hpp"

#include <socketio/outcome.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace socketio::engine {

class PreparedMessage {
 public:
  explicit PreparedMessage(Compress compress) : compress_(compress) {}
  virtual ~PreparedMessage() = default;

  Compress compress() const { return compress_; }
  /// What they count for while they wait to be sent.
  virtual std::size_t size_bytes() const = 0;

  /// As WebSocket frames, one for each message.
  const SharedBytes& websocket_frames(BinaryForm form) {
    SharedBytes& made = websocket_frames_[static_cast<std::size_t>(form)];
    if (!made) made = make_websocket_frames(form);
    return made;
  }
  /// The same, compressed where `terms`, which keep no context, say so.
  const SharedBytes& deflated_frames(BinaryForm form, const websocket::DeflateTerms& terms);
  /// As part of a payload of long-polling (codec/engineio/payload.hpp).
  const std::string& payload();
  using Use = std::function<void(const engineio::Packet& packet)>;
  /// How many messages there are, and the bytes of their data.
  struct Content {
    std::size_t packets = 0;
    std::size_t bytes = 0;
  };
  const Content& content();
  /// For sessions that share no form: calls `use` for each message, in order.
  void for_each_packet(const Use& use) { for_each(use); }

 protected:
  PreparedMessage(PreparedMessage&&) = default;
  PreparedMessage& operator=(PreparedMessage&&) = default;

  /// Calls `use` for each message, in order. Making a form takes one call.
  virtual void for_each(const Use& use) = 0;
  /// The messages have changed.
  void drop_forms();

 private:
  Compress compress_;
  struct DeflatedFrames {
    BinaryForm form;
    websocket::DeflateTerms terms;
    SharedBytes frames;
  };

  [[gnu::noinline]] SharedBytes make_websocket_frames(BinaryForm form);
  template <class Append>
  SharedBytes make_frames(BinaryForm form, Append append);

  std::array<SharedBytes, binary_forms> websocket_frames_;  // of each BinaryForm
  std::vector<DeflatedFrames> deflated_frames_;
  std::string payload_;
  std::optional<Content> content_;
};

}  // namespace socketio::engine
