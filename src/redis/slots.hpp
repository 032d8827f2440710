// SPDX-License-Identifier: MIT
// The slots of Redis Cluster: in which one a key or a channel is, and what servers say of who has
// which. Pure functions; any thread.
#pragma once

#include "base/connector.hpp"
#include "redis/reply.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace socketio::redis {

using Slot = std::uint16_t;
inline constexpr std::size_t slot_count = 16'384;
/// Of what every server takes, such as PUBLISH.
inline constexpr Slot any_slot = slot_count;
/// Of what belongs to one connection, such as PING.
inline constexpr Slot no_slot = 0xffff;

/// Only what is between the first `{` and the next `}` counts, if anything is.
Slot slot_of(std::string_view key);

/// What a server says that does not have the slot.
struct Redirection {
  enum class Kind : std::uint8_t {
    moved,  // another server has it
    ask,    // another server may have the key already: this command is for that one
  };
  Kind kind;
  Slot slot;
  Endpoint endpoint;
};
/// `asked` is the server that says so, whose host counts where none is named. Nothing if the error is
/// no redirection.
std::optional<Redirection> redirection_in(std::string_view error, const Endpoint& asked);

/// The slots from `first` to `last`, and who has them.
struct SlotRange {
  Slot first = 0;
  Slot last = 0;
  Endpoint master{};
  std::vector<Endpoint> replicas{};
};
/// What CLUSTER SLOTS answers. Ranges that are none, or whose master is unknown, are left out; nothing
/// if it is no list.
std::optional<std::vector<SlotRange>> slot_ranges_in(const Reply& reply, const Endpoint& asked);

}  // namespace socketio::redis
