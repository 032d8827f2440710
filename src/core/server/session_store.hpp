// SPDX-License-Identifier: MIT
// SessionStore: where servers that share their history keep the sessions of clients that have lost
// their connection, so that such a client may come back to any of them (JavaScript: persistSession
// and restoreSession of an adapter).
//
// A history is a list of events that every server delivers in the same order. The offset of an event
// tells its place in it. What this server has delivered so far ends at position().
//
// Life cycle: shared by the namespaces of a server. It may be told to do something after the
// connection to the others has ended; then it does nothing, and answers with nothing. Callbacks are
// called once and never before the call returns, unless the loop ends. Loop's thread only.
#pragma once

#include "core/server/adapter.hpp"

#include <socketio/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace socketio::core {

struct StoredSession {
  std::string id;
  std::string private_id;
  /// The namespace. Empty if a server in JavaScript has stored it, which does not tell.
  std::string nsp;
  std::vector<std::string> rooms;
  json data = json::object();
  /// The place in the history where it began. Empty if it is not known.
  std::string offset;
};

struct HistoryPosition {
  std::string offset;
  /// Changes when this server has missed events, which its clients have then missed, too.
  std::uint64_t unbroken_since = 0;
};

/// An event from the history, whose last argument is its offset.
struct StoredEvent {
  std::string text;
  std::vector<Bytes> attachments;
  detail::BroadcastOptions options;
};

/// Which events a client has missed.
struct MissedEvents {
  std::string nsp;
  /// Of the last one that it has handled.
  std::string offset;
  std::vector<std::string> rooms;
  std::size_t limit_bytes = 0;
};

class SessionStore {
 public:
  using TakenCallback = std::function<void(std::optional<StoredSession>)>;
  using MissedCallback = std::function<void(std::optional<std::vector<StoredEvent>>)>;

  virtual ~SessionStore() = default;

  virtual HistoryPosition position() const = 0;
  virtual void save(const StoredSession& session, std::chrono::milliseconds lifetime) = 0;
  /// Takes a session out of the store, so that nobody else gets it.
  virtual void take(const std::string& private_id, TakenCallback taken) = 0;
  /// Reads up to position() at the moment of the callback, so that who joins then gets everything once.
  /// Nothing if anything is missing, or if it is too much.
  virtual void read_missed(MissedEvents missed, MissedCallback read) = 0;
};

/// The text of an event, a JSON array, with the offset as its last argument.
inline std::string with_offset(std::string_view text, std::string_view offset) {
  std::string out;
  out.reserve(text.size() + offset.size() + 3);
  out.append(text.substr(0, text.size() - 1));
  out.append(",\"").append(offset).append("\"]");
  return out;
}

}  // namespace socketio::core
