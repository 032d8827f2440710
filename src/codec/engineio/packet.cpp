// SPDX-License-Identifier: MIT
#include "codec/engineio/packet.hpp"

#include "base/base64.hpp"
#include "codec/json/document.hpp"
#include "codec/json/text.hpp"

#include <socketio/json_writer.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <utility>

namespace socketio::engineio {
namespace {

using std::chrono::milliseconds;

constexpr char binary_mark = 'b';
/// The longest delay of a JavaScript timer.
constexpr double longest_interval_ms = std::numeric_limits<std::int32_t>::max();

std::optional<milliseconds> read_interval(const Value& handshake, std::string_view name) {
  Value member;
  double count = 0;
  if (!handshake.find(name, member) || !member.get(count)) return std::nullopt;
  if (count < 0 || count > longest_interval_ms) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(std::ceil(count)));
}

bool read_upgrades(const Value& handshake, std::vector<std::string>& upgrades) {
  Value member;
  if (!handshake.find("upgrades", member) || member.kind() != Value::Kind::array) return false;
  Value item;
  for (ValueArray items{member}; items.next(item);) {
    std::string_view name;
    if (!item.get(name)) return false;
    upgrades.emplace_back(name);
  }
  return true;
}

bool read_max_payload(const Value& handshake, std::size_t& max_payload_bytes) {
  Value member;
  std::uint64_t bytes = 0;
  if (handshake.find("maxPayload", member) && !member.get(bytes)) return false;
  max_payload_bytes = bytes;
  return true;
}

}  // namespace

std::string_view to_string(PacketType type) {
  static constexpr std::array<std::string_view, 7> names{"open",    "close",   "ping", "pong",
                                                         "message", "upgrade", "noop"};
  return names[static_cast<std::size_t>(type)];
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (auto bytes = base64::decode(text)) return bytes;
  std::string joined;
  std::copy_if(text.begin(), text.end(), std::back_inserter(joined),
               [](char c) { return c != '\r' && c != '\n'; });
  return base64::decode(joined);
}

Result<Packet, Errc> decode_text(std::string_view text, std::string& storage) {
  if (text.empty()) return Errc::empty_packet;
  const char type = text.front();
  const std::string_view data = text.substr(1);
  if (type == binary_mark) {
    auto bytes = decode_base64(data);
    if (!bytes) return Errc::invalid_base64;
    storage = std::move(*bytes);
    return Packet{PacketType::message, Content::binary, storage};
  }
  if (type < '0' || type > '6') return Errc::unknown_type;
  return Packet{static_cast<PacketType>(type - '0'), Content::text, data};
}

void append_text(std::string& out, const Packet& packet) {
  if (packet.content == Content::binary) {
    out += binary_mark;
    base64::append_encoded(out, packet.data);
    return;
  }
  // Most payloads have one packet. Reserving for each of many could copy all that is there every time.
  if (out.empty()) out.reserve(1 + packet.data.size());
  out += digit_of(packet.type);
  out += packet.data;
}

HandshakeEncoder::HandshakeEncoder(const Handshake& handshake) {
  TextBuffer text;
  std::vector<Bytes> no_attachments;
  // One for each value: the names are always the same, and need no quoting.
  const auto write = [&] { return JsonWriter(text, no_attachments); };
  text.append(R"(,"upgrades":[)");
  JsonWriter upgrades = write();
  for (const std::string& upgrade : handshake.upgrades) upgrades.string(upgrade);
  text.append(R"(],"pingInterval":)");
  write().integer(handshake.ping_interval.count());
  text.append(R"(,"pingTimeout":)");
  write().integer(handshake.ping_timeout.count());
  text.append(R"(,"maxPayload":)");
  write().unsigned_integer(handshake.max_payload_bytes);
  text.push_back('}');
  rest_ = text.view();
}

std::string_view HandshakeEncoder::encode(std::string_view sid) {
  text_.clear();
  text_.append(R"({"sid":)");
  codec::append_quoted(text_, sid);
  return text_.append(rest_).view();
}

Result<Handshake, Errc> decode_handshake(std::string_view json) {
  codec::Document document;
  const auto parsed = document.parse(json);
  if (!parsed) return Errc::invalid_handshake;

  Handshake handshake;
  Value sid;
  std::string_view sid_text;
  if (!parsed->find("sid", sid) || !sid.get(sid_text) || sid_text.empty())
    return Errc::invalid_handshake;
  handshake.sid = sid_text;
  const auto ping_interval = read_interval(*parsed, "pingInterval");
  const auto ping_timeout = read_interval(*parsed, "pingTimeout");
  if (!ping_interval || !ping_timeout) return Errc::invalid_handshake;
  handshake.ping_interval = *ping_interval;
  handshake.ping_timeout = *ping_timeout;
  if (!read_upgrades(*parsed, handshake.upgrades)) return Errc::invalid_handshake;
  if (!read_max_payload(*parsed, handshake.max_payload_bytes)) return Errc::invalid_handshake;
  return handshake;
}

}  // namespace socketio::engineio
