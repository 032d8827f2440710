// SPDX-License-Identifier: MIT
// A server's connection between two loops: detach() takes it from the one, and attach() gives it to the
// other. What was received and not decrypted, or written and not sent, goes with it.
//
// Life cycle: detach() on the one loop -> on any thread, until attach() on the other; or it is dropped,
// which closes it.
#pragma once

#include "net/tcp_stream.hpp"
#include "net/tls_stream.hpp"

#include <variant>

namespace socketio::net {

using DetachedStream = std::variant<DetachedTcp, DetachedTls>;

/// `stream` is open, of a server, and over TCP, perhaps with TLS. Not from inside one of its handler's
/// calls. Its handler is not called again.
DetachedStream detach(Stream& stream);

/// What it is below TLS.
DetachedTcp& tcp_of(DetachedStream& stream);

}  // namespace socketio::net
