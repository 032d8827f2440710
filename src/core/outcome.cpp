// SPDX-License-Identifier: MIT
#include "base/immortal.hpp"

#include <socketio/outcome.hpp>
#include <socketio/pending.hpp>

#include <string>

namespace socketio {

std::string_view to_string(DisconnectReason reason) {
  switch (reason) {
    case DisconnectReason::transport_error:
      return "transport error";
    case DisconnectReason::transport_close:
      return "transport close";
    case DisconnectReason::forced_close:
      return "forced close";
    case DisconnectReason::forced_server_close:
      return "forced server close";
    case DisconnectReason::ping_timeout:
      return "ping timeout";
    case DisconnectReason::parse_error:
      return "parse error";
    case DisconnectReason::server_shutting_down:
      return "server shutting down";
    case DisconnectReason::client_namespace_disconnect:
      return "client namespace disconnect";
    case DisconnectReason::server_namespace_disconnect:
      return "server namespace disconnect";
    case DisconnectReason::io_server_disconnect:
      return "io server disconnect";
    case DisconnectReason::io_client_disconnect:
      return "io client disconnect";
  }
  return "unknown";
}

namespace {

class ErrorCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "socketio"; }
  std::string message(int code) const override {
    switch (static_cast<Errc>(code)) {
      case Errc::timeout:
        return "operation has timed out";
      case Errc::disconnected:
        return "socket has been disconnected";
      case Errc::not_connected:
        return "socket is not connected";
      case Errc::too_many_pending:
        return "too many acknowledgements are pending";
      case Errc::bad_answer:
        return "the answer has another type than was asked for";
      case Errc::dropped:
        return "the event was dropped";
      case Errc::other_protocol:
        return "the server speaks another version of the protocol";
      case Errc::bad_packet:
        return "the server sent what is no packet";
      case Errc::closed:
        return "the server has been closed";
    }
    return "unknown error";
  }
};

}  // namespace

const std::error_category& error_category() { return immortal<ErrorCategory>(); }

}  // namespace socketio
