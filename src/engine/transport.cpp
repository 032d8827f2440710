// SPDX-License-Identifier: MIT
#include "engine/transport.hpp"

#include <stdexcept>
#include <string>

namespace socketio::engine {

std::string_view to_string(TransportName name) {
  return name == TransportName::polling ? "polling" : "websocket";
}

TransportName transport_named(std::string_view name) {
  for (const TransportName known : {TransportName::polling, TransportName::websocket}) {
    if (name == to_string(known)) return known;
  }
  throw std::invalid_argument("there is no transport \"" + std::string(name) + '"');
}

}  // namespace socketio::engine
