// SPDX-License-Identifier: MIT
#include "net/detached_stream.hpp"

namespace socketio::net {

DetachedStream detach(Stream& stream) {
  if (stream.is_secure()) {
    auto& tls = static_cast<TlsStream&>(stream);
    return tls.detach(static_cast<TcpStream&>(*tls.below()));
  }
  return static_cast<TcpStream&>(stream).detach();
}

DetachedTcp& tcp_of(DetachedStream& stream) {
  if (auto* const tls = std::get_if<DetachedTls>(&stream)) return tls->tcp;
  return std::get<DetachedTcp>(stream);
}

}  // namespace socketio::net
