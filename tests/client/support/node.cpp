// SPDX-License-Identifier: MIT
#include "client/support/node.hpp"

namespace socketio::support {

const char* const Node::script = SOCKETIO_CLIENT_TESTS "/server.mjs";

}  // namespace socketio::support
