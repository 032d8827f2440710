// SPDX-License-Identifier: MIT
// Entries of a stream as Redis takes and answers them, and their ids, which are in the order of the
// stream: a time in milliseconds and a number.
//
// Pure functions; any thread.
#pragma once

#include "cluster/cluster_format.hpp"
#include "redis/command.hpp"
#include "redis/reply.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::redis {

struct StreamId {
  std::uint64_t time = 0;
  std::uint64_t number = 0;
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

/// Nothing if the text is none, as may be what a client says.
std::optional<StreamId> parse_stream_id(std::string_view text);

/// An entry as it lies in the answer. Null pointers if it is none.
struct EntryView {
  const std::string* id = nullptr;
  const Reply::Array* fields = nullptr;
};
EntryView entry_of(const Reply& reply);

/// `fields` are names and values by turns.
cluster::StreamEntry read_fields(const std::vector<Reply>& fields);

/// Adds it to a stream, which keeps about `max_len` entries.
Command add_entry(const std::string& stream, std::size_t max_len,
                  const cluster::StreamEntry& entry);

}  // namespace socketio::redis
