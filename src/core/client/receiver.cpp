// SPDX-License-Identifier: MIT
#include "core/client/receiver.hpp"

#include "core/event_bytes.hpp"

#include <utility>

namespace socketio::core {

namespace {

/// The last argument, if it is a string.
std::string_view last_text(ValueArray items) {
  Value item;
  bool any = false;
  while (items.next(item)) any = true;
  std::string_view text;
  if (any) item.get(text);
  return text;
}

}  // namespace

bool Receiver::keep(const parser::Packet& event) {
  KeptEvent kept{
      event.id, std::string(event.text), {event.attachments.begin(), event.attachments.end()}};
  kept_bytes_ += event_bytes(kept.text, kept.attachments);
  kept_.push_back(std::move(kept));
  return kept_bytes_ <= limit_bytes_;
}

std::deque<Receiver::KeptEvent> Receiver::take_kept() {
  kept_bytes_ = 0;
  return std::exchange(kept_, {});
}

void Receiver::drop_kept() {
  kept_.clear();
  kept_bytes_ = 0;
}

bool Receiver::begin(std::string_view pid) {
  const bool is_recovered = !pid.empty() && pid == pid_;
  if (!is_recovered) offset_.reset();
  pid_ = pid;
  return is_recovered;
}

void Receiver::append_recovery(json& payload) const {
  if (pid_.empty()) return;
  payload["pid"] = pid_;
  if (!offset_.latest().empty()) payload["offset"] = offset_.latest();
}

std::string Receiver::offset_of(const parser::Packet& event) const {
  // Stored events do not ask for an acknowledgement.
  if (pid_.empty() || event.id) return {};
  ValueArray items(event.payload);
  Value name;
  if (!items.next(name)) return {};
  return std::string(last_text(items));
}

void Receiver::on_handled(std::string_view offset) {
  if (!offset.empty()) offset_.saw(offset);
}

}  // namespace socketio::core
