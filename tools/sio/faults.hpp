// SPDX-License-Identifier: MIT
// The errors of the codecs as texts. Pure functions.
#pragma once

#include "codec/engineio/packet.hpp"
#include "codec/msgpack/reader.hpp"
#include "codec/socketio/packet.hpp"
#include "codec/websocket/frame.hpp"

#include <string_view>

namespace sio {

std::string_view to_text(socketio::engineio::Errc fault);
std::string_view to_text(socketio::parser::Errc fault);
std::string_view to_text(socketio::websocket::Errc fault);
std::string_view to_text(socketio::msgpack::Errc fault);

}  // namespace sio
