// SPDX-License-Identifier: MIT
#include "redis/stream_entry.hpp"

#include <charconv>

namespace socketio::redis {
namespace {

/// Null if the field has another name.
std::string* field_of(cluster::StreamEntry& entry, std::string_view name) {
  if (name == "uid") return &entry.uid;
  if (name == "nsp") return &entry.nsp;
  if (name == "type") return &entry.type;
  return name == "data" ? &entry.data : nullptr;
}

bool read_number(std::string_view digits, std::uint64_t& number) {
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, number);
  return read.ec == std::errc() && read.ptr == end;
}

}  // namespace

std::optional<StreamId> parse_stream_id(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  StreamId id;
  const bool is_id =
      read_number(text.substr(0, dash), id.time) && read_number(text.substr(dash + 1), id.number);
  return is_id ? std::optional(id) : std::nullopt;
}

EntryView entry_of(const Reply& reply) {
  const auto* const parts = reply.array();
  if (!parts || parts->size() != 2) return {};
  return {(*parts)[0].string(), (*parts)[1].array()};
}

cluster::StreamEntry read_fields(const std::vector<Reply>& fields) {
  cluster::StreamEntry entry;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    std::string* const field = field_of(entry, fields[i].text());
    if (field) *field = std::string(fields[i + 1].text());
  }
  return entry;
}

Command add_entry(const std::string& stream, std::size_t max_len,
                  const cluster::StreamEntry& entry) {
  const std::string length = std::to_string(max_len);
  return {"XADD",    stream, "MAXLEN",  "~",    length,     "*",    "uid",
          entry.uid, "nsp",  entry.nsp, "type", entry.type, "data", entry.data};
}

}  // namespace socketio::redis
