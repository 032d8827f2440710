// SPDX-License-Identifier: MIT
// Why a connection failed, as applications see it. Pure function, any thread.
#pragma once

#include "engine/client/failure.hpp"

#include <socketio/client_socket.hpp>

namespace socketio::core {

inline ConnectionError connection_error(const engine::Failure& failure) {
  ConnectionError error;
  error.message = failure.message;
  error.code = failure.code;
  error.status = failure.status;
  error.details = failure.details;
  error.close_code = failure.close_code;
  if (failure.is_other_protocol) error.code = Errc::other_protocol;
  return error;
}

}  // namespace socketio::core
