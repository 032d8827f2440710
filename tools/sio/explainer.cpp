// SPDX-License-Identifier: MIT
// Engine.IO and Socket.IO as text; frames and MessagePack are in explainer_bytes.cpp.
#include "explainer.hpp"

#include "codec/engineio/payload.hpp"
#include "faults.hpp"

#include <algorithm>
#include <array>

namespace sio {

namespace engineio = socketio::engineio;
namespace parser = socketio::parser;
using parser::PacketType;
using socketio::json;
using socketio::Value;

namespace {

constexpr parser::Limits packet_limits{.attachments = 1'000, .packet_bytes = 64 * 1024 * 1024};
constexpr std::size_t name_cells = 16;

constexpr std::array<std::string_view, 7> engine_types = {"open",    "close",   "ping", "pong",
                                                          "message", "upgrade", "noop"};
constexpr std::array<std::string_view, 7> socket_types = {
    "CONNECT", "DISCONNECT", "EVENT", "ACK", "CONNECT_ERROR", "BINARY_EVENT", "BINARY_ACK"};

template <std::size_t Size, class Type>
std::string_view name_of(const std::array<std::string_view, Size>& names, Type type) {
  return names[std::min(static_cast<std::size_t>(type), Size - 1)];
}

std::string bytes_text(std::string_view bytes) {
  return to_text(json::binary({bytes.begin(), bytes.end()}));
}

/// Where the text stops being JSON, in the words of nlohmann's parser.
std::string json_fault(std::string_view text) {
  try {
    const json parsed = json::parse(text);
    return {};
  } catch (const json::exception& fault) {
    const std::string_view what = fault.what();
    return std::string(what.substr(what.find("] ") + 2));
  }
}

}  // namespace

Explainer::Explainer(Style style)
    : style_(std::move(style)), decoder_(parser::Role::client, packet_limits) {}

void Explainer::text(std::string_view payload) {
  const std::string_view separator(&engineio::record_separator, 1);
  const auto count =
      1 + static_cast<std::size_t>(std::count(payload.begin(), payload.end(), separator.front()));
  if (count == 1) return packet(payload);
  title("payload", {}, std::to_string(count) + " packets of long-polling");
  for (std::size_t i = 1; i <= count; ++i) {
    const std::size_t end = std::min(payload.find(separator), payload.size());
    out_ += style_.bold("packet " + std::to_string(i)) + '\n';
    indent_ = "  ";
    packet(payload.substr(0, end));
    indent_.clear();
    payload.remove_prefix(std::min(end + 1, payload.size()));
  }
}

void Explainer::packet(std::string_view text) {
  std::string storage;
  const auto packet = engineio::decode_text(text, storage);
  if (!packet) {
    title("Engine.IO", without_controls(text.substr(0, 1)), "?");
    return wrong(to_text(packet.error()));
  }
  title("Engine.IO", text.substr(0, 1),
        packet->content == engineio::Content::binary ? "message, binary in base64"
                                                     : name_of(engine_types, packet->type));
  if (packet->content == engineio::Content::binary) return binary(packet->data);
  if (packet->type == engineio::PacketType::open) return open(packet->data);
  if (packet->type == engineio::PacketType::message) return message(packet->data);
  if (!packet->data.empty()) row("data", without_controls(packet->data));
}

void Explainer::open(std::string_view text) {
  const auto handshake = engineio::decode_handshake(text);
  if (!handshake) {
    row("data", without_controls(text));
    const std::string fault = json_fault(text);
    return wrong(fault.empty() ? to_text(handshake.error()) : std::string_view(fault));
  }
  std::string upgrades;
  for (const std::string& name : handshake->upgrades) {
    upgrades += (upgrades.empty() ? "" : ", ") + without_controls(name);
  }
  row("sid", without_controls(handshake->sid));
  row("upgrades", upgrades.empty() ? "none" : upgrades);
  row("pingInterval", std::to_string(handshake->ping_interval.count()) + " ms");
  row("pingTimeout", std::to_string(handshake->ping_timeout.count()) + " ms");
  row("maxPayload", handshake->max_payload_bytes == 0
                        ? "no limit"
                        : std::to_string(handshake->max_payload_bytes) + " bytes");
}

void Explainer::message(std::string_view text) {
  const auto header = parser::decode_header(text, packet_limits);
  if (!header) {
    const bool is_type = !text.empty() && text.front() >= '0' && text.front() <= '6';
    title("Socket.IO", without_controls(text.substr(0, 1)),
          is_type ? name_of(socket_types, text.front() - '0') : "?");
    if (text.size() > 1) row("data", without_controls(text.substr(1)));
    return wrong(to_text(header.error()));
  }
  title("Socket.IO", text.substr(0, 1), name_of(socket_types, header->type));
  if (header->attachments > 0) row("attachments", std::to_string(header->attachments));
  row("namespace", without_controls(header->nsp));
  if (header->id) row("ack id", std::to_string(*header->id));
  const bool was_due = decoder_.attachments_due();
  const auto packet = decoder_.add_text(text, document_);
  if (!packet) {
    if (!header->payload.empty()) row("payload", without_controls(header->payload));
    const std::string fault =
        packet.error() == parser::Errc::invalid_json ? json_fault(header->payload) : std::string();
    wrong(std::string(to_text(packet.error())) + (fault.empty() ? "" : ": " + fault));
    if (was_due) decoder_.reset();
    due_ = 0;
    return;
  }
  if (*packet) return payload(**packet);
  due_ = header->attachments;
  row("payload", without_controls(header->payload));
}

void Explainer::binary(std::string_view bytes) {
  row("bytes", bytes_text(bytes));
  const auto packet = decoder_.add_binary(bytes, document_);
  if (!packet) {
    due_ = 0;
    return wrong(to_text(packet.error()));
  }
  if (due_ > 0) --due_;
  if (!*packet) return;
  row("", style_.dim("the last attachment: the packet is complete"));
  payload(**packet);
}

void Explainer::payload(const parser::Packet& packet) {
  const json value = packet.payload.to_json();
  const bool is_event = packet.type == PacketType::event;
  if (packet.type == PacketType::connect || packet.type == PacketType::connect_error) {
    if (!value.is_object()) {
      if (!value.is_null()) row("data", to_text(value));
      return;
    }
    for (const auto& [name, member] : value.items()) row(without_controls(name), to_text(member));
    return;
  }
  std::size_t index = 0;
  for (const json& item : value) {
    if (is_event && index == 0) {
      row("event", item.is_string() ? to_word(item.get_ref<const std::string&>()) : to_text(item));
    } else {
      row((is_event ? "argument " : "answer ") + std::to_string(is_event ? index : index + 1),
          to_text(item));
    }
    ++index;
  }
}

// --- Lines ---

void Explainer::title(std::string_view name, std::string_view code, std::string_view meaning) {
  std::string line(name);
  line.resize(std::max(line.size(), name_cells - indent_.size()), ' ');
  out_ += indent_ + style_.bold(line);
  if (!code.empty()) out_ += std::string(code) + "  ";
  out_ += style_.bold(meaning) + '\n';
}

void Explainer::row(std::string_view name, std::string_view value) {
  std::string line = indent_ + "  " + std::string(name);
  line.resize(std::max(line.size() + 1, name_cells), ' ');
  out_ += style_.name(line) + std::string(value) + '\n';
}

void Explainer::wrong(std::string_view why) {
  valid_ = false;
  out_ += style_.bad(indent_ + "  wrong: " + without_controls(why)) + '\n';
}

}  // namespace sio
