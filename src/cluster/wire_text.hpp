// SPDX-License-Identifier: MIT
// WireText: a message of JavaScript's adapters as JSON text with attachments, which the formats of
// this folder write and read, whether it travels as JSON or as MessagePack (of notepack.io 3 or
// @msgpack/msgpack). Below it the parts that occur in every format: options, rooms, sockets,
// content.
//
// What arrives may come from anybody who can publish on this Redis. Whatever it is, reading it ends
// with values or with an error.
//
// Life cycle: one for each format of a bus. A Value is valid until the next call. Single thread.
#pragma once

#include "base/result.hpp"
#include "cluster/message.hpp"
#include "codec/json/document.hpp"
#include "codec/msgpack/text.hpp"

#include <socketio/json_writer.hpp>
#include <socketio/value.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::cluster {

/// Why bytes are no message, or a message has no bytes.
enum class FormatErrc : std::uint8_t {
  too_large,      // FormatLimits
  syntax,         // neither JSON nor MessagePack
  unknown_type,   // a kind of message that this format does not know
  invalid_field,  // a field is missing or of another type
  not_carried,    // this format has no form for such a message
};

struct FormatLimits {
  /// An answer with ten thousand sockets has 7 to 10 MB. Redis itself closes a subscriber for whom
  /// more than 32 MB wait.
  std::size_t message_bytes = 10'000'000;
  /// What a client may send in a packet, and the envelope around it.
  std::size_t depth = codec::JsonLimits{}.depth + 8;
  std::size_t values = 10 * codec::JsonLimits{}.nodes;
  /// A server may send more than its clients may, and an answer has those of many sockets.
  std::size_t attachments = 10'000;
};

class WireText {
 public:
  explicit WireText(const FormatLimits& limits = {});

  /// The message as MessagePack, with its attachments in their places.
  Result<std::string, FormatErrc> to_msgpack(std::string_view text,
                                             std::span<const Bytes> attachments);
  /// The message as JSON, or as MessagePack if it has attachments.
  Result<std::string, FormatErrc> to_bytes(std::string_view text,
                                           std::span<const Bytes> attachments);

  /// Of JSON if the first byte is a brace, and of MessagePack otherwise.
  Result<Value, FormatErrc> read(std::string_view bytes);
  Result<Value, FormatErrc> read_json(std::string_view text);
  Result<Value, FormatErrc> read_msgpack(std::string_view bytes);

  /// No Value is used any more: frees the memory of a large message.
  void give_back_large();

 private:
  FormatLimits limits_;
  codec::Document read_;
  codec::Document written_;
  TextBuffer text_;
  std::vector<Bytes> attachments_;
};

// --- Writing ---

/// `{"rooms":[],"except":[],"flags":{}}`, the last only if the message has any use for it.
enum class Flags : std::uint8_t { left_out, written };
void write_options(JsonWriter& writer, const detail::BroadcastOptions& options, Flags flags);
void write_rooms(JsonWriter& writer, const std::vector<std::string>& rooms);
/// `{"type":2,"data":[...],"nsp":"/"}`, without `nsp` if it is empty. The event's attachments must
/// be the only ones of the message.
void write_packet(JsonWriter& writer, const Content& event, std::string_view nsp);
void write_sockets(JsonWriter& writer, const std::vector<core::SocketDetails>& sockets);

// --- Reading; nothing if the value is of another kind ---

/// Null if there is none.
Value member_of(const Value& object, std::string_view name);
std::optional<std::string> read_text(const Value& object, std::string_view name);
std::optional<std::uint64_t> read_count(const Value& object, std::string_view name);
/// The clients of one node; nothing beyond the limit, which no node has.
inline constexpr std::uint64_t most_clients_of_node = 10'000'000;
std::optional<std::size_t> read_client_count(const Value& object);
/// Empty if there is none, which is not an error.
std::optional<std::string> read_request_id(const Value& object);
std::optional<std::vector<std::string>> read_rooms(const Value& object, std::string_view name);
std::optional<detail::BroadcastOptions> read_options(const Value& options);
std::optional<std::vector<core::SocketDetails>> read_sockets(const Value& object);
/// `close` of a request to disconnect; missing means false.
Close read_close(const Value& object);
/// The array with which an event begins: a name and arguments.
std::optional<Content> read_event(const Value& object, std::string_view name);
/// The event of a packet.
std::optional<Content> read_packet(const Value& packet);
/// Any value; null if there is none.
Content read_content(const Value& object, std::string_view name);
/// The same as the only element of an array.
Content read_argument(const Value& object, std::string_view name);

}  // namespace socketio::cluster
