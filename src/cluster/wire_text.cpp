// SPDX-License-Identifier: MIT
#include "cluster/wire_text.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace socketio::cluster {
namespace {

/// PacketType of socket.io-parser: an event, and one that was given attachments.
constexpr std::uint64_t event_type = 2;
constexpr std::uint64_t binary_event_type = 5;
/// The longest that setTimeout() waits; a longer time is none.
constexpr std::uint64_t longest_timeout_ms = 2'147'483'647;

bool is_true(const Value& object, std::string_view name) {
  Value member;
  bool value = false;
  return object.find(name, member) && member.get(value) && value;
}

bool is_false(const Value& object, std::string_view name) {
  Value member;
  bool value = true;
  return object.find(name, member) && member.get(value) && !value;
}

/// A room is text, or a number in JavaScript, which means the room of that text here.
std::optional<std::string> room_name(const Value& value) {
  std::string_view text;
  if (value.get(text)) return std::string(text);
  double number;
  if (!value.get(number)) return std::nullopt;
  std::string name;
  value.append_text(name);
  return name;
}

detail::EmitFlags read_flags(const Value& options) {
  detail::EmitFlags flags;
  Value value;
  if (!options.find("flags", value)) return flags;
  flags.is_volatile = is_true(value, "volatile");
  if (is_false(value, "compress")) flags.compress = Compress::no;
  if (const auto timeout = read_count(value, "timeout"))
    flags.timeout = std::chrono::milliseconds(std::min(*timeout, longest_timeout_ms));
  return flags;
}

void write_flags(JsonWriter& writer, const detail::EmitFlags& flags) {
  writer.begin_object();
  if (flags.is_volatile) {
    writer.key("volatile");
    writer.boolean(true);
  }
  if (flags.compress == Compress::no) {
    writer.key("compress");
    writer.boolean(false);
  }
  if (flags.timeout) {
    writer.key("timeout");
    writer.integer(flags.timeout->count());
  }
  writer.end_object();
}

/// The headers and the query are texts in JavaScript, or lists of texts where one name came several
/// times. Lists of headers are joined as Handshake says; of a query's, the last counts.
enum class Several : std::uint8_t { lines, last };

std::map<std::string, std::string> read_texts(const Value& object, std::string_view name,
                                              Several several) {
  std::map<std::string, std::string> texts;
  Value member;
  if (!object.find(name, member)) return texts;
  ValueObject members(member);
  std::string_view key, text;
  for (Value value; members.next(key, value);) {
    if (value.get(text)) texts.insert_or_assign(std::string(key), std::string(text));
    ValueArray items(value);
    for (Value item; items.next(item);) {
      if (!item.get(text)) continue;
      std::string& known = texts[std::string(key)];
      if (several == Several::last) known.clear();
      if (!known.empty()) known += '\n';
      known += text;
    }
  }
  return texts;
}

Handshake read_handshake(const Value& socket) {
  Handshake handshake;
  Value value;
  if (!socket.find("handshake", value)) return handshake;
  handshake.headers = read_texts(value, "headers", Several::lines);
  handshake.query = read_texts(value, "query", Several::last);
  Value auth;
  if (value.find("auth", auth)) handshake.auth = auth.to_json();
  handshake.address = read_text(value, "address").value_or("");
  handshake.url = read_text(value, "url").value_or("");
  handshake.time = read_text(value, "time").value_or("");
  Value issued;
  if (value.find("issued", issued)) issued.get(handshake.issued_ms);
  handshake.secure = is_true(value, "secure");
  handshake.xdomain = is_true(value, "xdomain");
  return handshake;
}

std::optional<core::SocketDetails> read_socket(const Value& value) {
  auto id = read_text(value, "id");
  auto rooms = read_rooms(value, "rooms");
  if (!id || !rooms) return std::nullopt;
  core::SocketDetails socket{
      .id = std::move(*id), .handshake = read_handshake(value), .rooms = std::move(*rooms)};
  Value data;
  if (value.find("data", data)) socket.data = data.to_json();
  return socket;
}

bool is_event(const Value& array) {
  Value name;
  std::string_view text;
  double number;
  return ValueArray(array).next(name) && (name.get(text) || name.get(number));
}

Content copied(const Value& value) {
  Content content;
  TextBuffer text;
  JsonWriter writer(text, content.attachments);
  value.write(writer);
  content.text = text.view();
  return content;
}

/// Without attachments an object that looks like a placeholder is none.
Result<Value, codec::JsonErrc> parse(codec::Document& document, std::string_view text,
                                     std::span<const Bytes> attachments) {
  return attachments.empty() ? document.parse(text) : document.parse(text, attachments);
}

FormatErrc error_of(codec::JsonErrc error) {
  switch (error) {
    case codec::JsonErrc::too_deep:
    case codec::JsonErrc::too_many_nodes:
      return FormatErrc::too_large;
    case codec::JsonErrc::syntax:
    case codec::JsonErrc::invalid_placeholder:
      break;
  }
  return FormatErrc::syntax;
}

FormatErrc error_of(msgpack::Errc error) {
  switch (error) {
    case msgpack::Errc::too_deep:
    case msgpack::Errc::too_many_values:
    case msgpack::Errc::too_many_attachments:
    case msgpack::Errc::text_too_long:
      return FormatErrc::too_large;
    case msgpack::Errc::truncated:
    case msgpack::Errc::reserved_byte:
    case msgpack::Errc::trailing_bytes:
    case msgpack::Errc::invalid_key:
      break;
  }
  return FormatErrc::syntax;
}

}  // namespace

WireText::WireText(const FormatLimits& limits)
    : limits_(limits),
      read_({.depth = limits.depth, .nodes = limits.values}),
      written_({.depth = 1024, .nodes = codec::own_text.nodes}) {}

Result<std::string, FormatErrc> WireText::to_msgpack(std::string_view text,
                                                     std::span<const Bytes> attachments) {
  const auto value = parse(written_, text, attachments);
  if (!value) return error_of(value.error());
  std::string bytes;
  msgpack::append_value(bytes, *value);
  written_.give_back_large();
  return bytes;
}

Result<std::string, FormatErrc> WireText::to_bytes(std::string_view text,
                                                   std::span<const Bytes> attachments) {
  if (attachments.empty()) return std::string(text);
  return to_msgpack(text, attachments);
}

Result<Value, FormatErrc> WireText::read(std::string_view bytes) {
  return bytes.starts_with('{') ? read_json(bytes) : read_msgpack(bytes);
}

Result<Value, FormatErrc> WireText::read_json(std::string_view text) {
  if (text.size() > limits_.message_bytes) return FormatErrc::too_large;
  const auto value = read_.parse(text);
  if (!value) return error_of(value.error());
  return *value;
}

Result<Value, FormatErrc> WireText::read_msgpack(std::string_view bytes) {
  if (bytes.size() > limits_.message_bytes) return FormatErrc::too_large;
  text_.clear();
  attachments_.clear();
  msgpack::Reader reader(bytes, msgpack::Dialect::notepack_3);
  const msgpack::TextLimits limits{.depth = limits_.depth,
                                   .values = limits_.values,
                                   .attachments = limits_.attachments,
                                   .text_bytes = 3 * limits_.message_bytes};
  if (const auto error = msgpack::append_json(text_, attachments_, reader, limits))
    return error_of(*error);
  if (!reader.at_end()) return FormatErrc::syntax;
  const auto value = parse(read_, text_.view(), attachments_);
  if (!value) return error_of(value.error());
  return *value;
}

void WireText::give_back_large() {
  constexpr std::size_t kept_bytes = 64 * 1024;
  read_.give_back_large();
  attachments_.clear();
  if (text_.capacity() > kept_bytes) text_ = TextBuffer();
}

void write_rooms(JsonWriter& writer, const std::vector<std::string>& rooms) {
  writer.begin_array();
  for (const auto& room : rooms) writer.string(room);
  writer.end_array();
}

void write_options(JsonWriter& writer, const detail::BroadcastOptions& options, Flags flags) {
  writer.begin_object();
  writer.key("rooms");
  write_rooms(writer, options.rooms);
  writer.key("except");
  write_rooms(writer, options.except);
  if (flags == Flags::written) {
    writer.key("flags");
    write_flags(writer, options.flags);
  }
  writer.end_object();
}

void write_packet(JsonWriter& writer, const Content& event, std::string_view nsp) {
  writer.begin_object();
  writer.key("type");
  writer.unsigned_integer(event_type);
  writer.key("data");
  writer.raw(event.text);
  if (!nsp.empty()) {
    writer.key("nsp");
    writer.string(nsp);
  }
  writer.end_object();
}

void write_sockets(JsonWriter& writer, const std::vector<core::SocketDetails>& sockets) {
  writer.begin_array();
  for (const auto& socket : sockets) {
    writer.begin_object();
    writer.key("id");
    writer.string(socket.id);
    writer.key("handshake");
    writer.value(json(socket.handshake));
    writer.key("rooms");
    write_rooms(writer, socket.rooms);
    writer.key("data");
    writer.value(socket.data);
    writer.end_object();
  }
  writer.end_array();
}

Value member_of(const Value& object, std::string_view name) {
  Value member;
  object.find(name, member);
  return member;
}

std::optional<std::string> read_text(const Value& object, std::string_view name) {
  Value member;
  std::string_view text;
  if (!object.find(name, member) || !member.get(text)) return std::nullopt;
  return std::string(text);
}

std::optional<std::uint64_t> read_count(const Value& object, std::string_view name) {
  Value member;
  std::uint64_t count;
  if (!object.find(name, member) || !member.get(count)) return std::nullopt;
  return count;
}

std::optional<std::size_t> read_client_count(const Value& object) {
  const auto count = read_count(object, "clientCount");
  return count && *count <= most_clients_of_node ? std::optional<std::size_t>(*count)
                                                 : std::nullopt;
}

std::optional<std::string> read_request_id(const Value& object) {
  Value member;
  if (!object.find("requestId", member) || member.is_null()) return std::string();
  return read_text(object, "requestId");
}

std::optional<std::vector<std::string>> read_rooms(const Value& object, std::string_view name) {
  std::vector<std::string> rooms;
  Value member;
  if (!object.find(name, member)) return rooms;
  if (member.kind() != Value::Kind::array) return std::nullopt;
  ValueArray items(member);
  for (Value item; items.next(item);) {
    auto room = room_name(item);
    if (!room) return std::nullopt;
    rooms.push_back(std::move(*room));
  }
  return rooms;
}

std::optional<detail::BroadcastOptions> read_options(const Value& options) {
  if (options.kind() != Value::Kind::object) return std::nullopt;
  auto rooms = read_rooms(options, "rooms");
  auto except = read_rooms(options, "except");
  if (!rooms || !except) return std::nullopt;
  return detail::BroadcastOptions{std::move(*rooms), std::move(*except), read_flags(options)};
}

std::optional<std::vector<core::SocketDetails>> read_sockets(const Value& object) {
  Value member;
  if (!object.find("sockets", member) || member.kind() != Value::Kind::array) return std::nullopt;
  std::vector<core::SocketDetails> sockets;
  ValueArray items(member);
  for (Value item; items.next(item);) {
    auto socket = read_socket(item);
    if (!socket) return std::nullopt;
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

Close read_close(const Value& object) {
  return is_true(object, "close") ? Close::connection : Close::socket;
}

std::optional<Content> read_event(const Value& object, std::string_view name) {
  Value event;
  if (!object.find(name, event) || !is_event(event)) return std::nullopt;
  return copied(event);
}

std::optional<Content> read_packet(const Value& packet) {
  const auto type = read_count(packet, "type");
  if (type != event_type && type != binary_event_type) return std::nullopt;
  return read_event(packet, "data");
}

Content read_content(const Value& object, std::string_view name) {
  Value member;
  if (!object.find(name, member)) return {"null", {}};
  return copied(member);
}

Content read_argument(const Value& object, std::string_view name) {
  Content content;
  TextBuffer text;
  JsonWriter writer(text, content.attachments);
  Value member;
  writer.begin_array();
  object.find(name, member) ? member.write(writer) : writer.null();
  writer.end_array();
  content.text = text.view();
  return content;
}

}  // namespace socketio::cluster
