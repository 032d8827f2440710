// SPDX-License-Identifier: MIT
#include "redis/slots.hpp"

#include "base/number.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace socketio::redis {
namespace {

constexpr std::array<std::uint16_t, 256> make_crc_table() {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) {
    unsigned crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc & 0x8000) != 0 ? 0x1021U : 0U);
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}
constexpr auto crc_table = make_crc_table();

/// CRC16 as XMODEM has it.
std::uint16_t crc16(std::string_view bytes) {
  std::uint16_t crc = 0;
  for (const char c : bytes) {
    const unsigned index = ((crc >> 8) ^ static_cast<unsigned char>(c)) & 0xff;
    crc = static_cast<std::uint16_t>((crc << 8) ^ crc_table[index]);
  }
  return crc;
}

std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

std::optional<Endpoint> endpoint_in(const Reply& reply, const Endpoint& asked) {
  const auto* const parts = reply.array();
  if (!parts || parts->size() < 2) return std::nullopt;
  const auto* const port = (*parts)[1].integer();
  if (!port || *port <= 0 || *port > 0xffff) return std::nullopt;
  const std::string_view host = parts->front().text();
  // It has been told to announce a name, and has none.
  if (host == "?") return std::nullopt;
  return Endpoint{host.empty() ? asked.host : std::string(host), static_cast<std::uint16_t>(*port),
                  asked.secure};
}

std::optional<SlotRange> range_in(const Reply& reply, const Endpoint& asked) {
  const auto* const parts = reply.array();
  if (!parts || parts->size() < 3) return std::nullopt;
  const auto* const first = (*parts)[0].integer();
  const auto* const last = (*parts)[1].integer();
  if (!first || !last || *first < 0 || *first > *last ||
      *last >= static_cast<std::int64_t>(slot_count))
    return std::nullopt;
  auto master = endpoint_in((*parts)[2], asked);
  if (!master) return std::nullopt;
  SlotRange range{static_cast<Slot>(*first), static_cast<Slot>(*last), *std::move(master)};
  for (std::size_t i = 3; i < parts->size(); ++i) {
    if (auto replica = endpoint_in((*parts)[i], asked))
      range.replicas.push_back(*std::move(replica));
  }
  return range;
}

}  // namespace

Slot slot_of(std::string_view key) {
  const std::size_t open = key.find('{');
  if (open != std::string_view::npos) {
    const std::size_t close = key.find('}', open + 1);
    if (close != std::string_view::npos && close != open + 1)
      key = key.substr(open + 1, close - open - 1);
  }
  return crc16(key) % slot_count;
}

std::optional<Redirection> redirection_in(std::string_view error, const Endpoint& asked) {
  const std::string_view code = take_word(error);
  if (code != "MOVED" && code != "ASK") return std::nullopt;
  const auto slot = number_in<Slot>(take_word(error));
  // An address of IPv6 has colons.
  const std::string_view where = take_word(error);
  const std::size_t colon = where.rfind(':');
  if (!slot || *slot >= slot_count || colon == std::string_view::npos) return std::nullopt;
  const auto port = number_in<std::uint16_t>(where.substr(colon + 1));
  const std::string_view host = where.substr(0, colon);
  if (!port || *port == 0 || host == "?") return std::nullopt;
  return Redirection{code == "ASK" ? Redirection::Kind::ask : Redirection::Kind::moved, *slot,
                     Endpoint{host.empty() ? asked.host : std::string(host), *port, asked.secure}};
}

std::optional<std::vector<SlotRange>> slot_ranges_in(const Reply& reply, const Endpoint& asked) {
  const auto* const list = reply.array();
  if (!list) return std::nullopt;
  std::vector<SlotRange> ranges;
  for (const Reply& one : *list) {
    if (ranges.size() == slot_count) break;
    if (auto range = range_in(one, asked)) ranges.push_back(*std::move(range));
  }
  return ranges;
}

}  // namespace socketio::redis
