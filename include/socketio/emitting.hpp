// SPDX-License-Identifier: MIT
// What everything that can be emitted to has in common: a socket, many sockets, and either with
// flags, at a server and at a client. Each class inherits its functions from here.
#pragma once

#include <socketio/acknowledgement.hpp>
#include <socketio/event_writer.hpp>
#include <socketio/json.hpp>
#include <socketio/outcome.hpp>
#include <socketio/pending.hpp>
#include <socketio/reply.hpp>
#include <socketio/value.hpp>

#include <chrono>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace socketio::detail {

/// Flags for the next emit. `Operator` has them; what has none yet, as a socket, gives an operator.
template <class Self, class Operator>
class WithFlags {
 public:
  /// Who is not ready to send right now misses the event; an acknowledgement that was asked for
  /// fails (Errc::dropped).
  Operator volatile_() const {
    return changed([](EmitFlags& flags) { flags.is_volatile = true; });
  }
  Operator compress(Compress compress) const {
    return changed([&](EmitFlags& flags) { flags.compress = compress; });
  }
  /// How long emit_with_ack waits; without it, until the answer comes or the socket disconnects (at
  /// a client: ClientOptions::ack_timeout).
  Operator timeout(std::chrono::milliseconds timeout) const {
    return changed([&](EmitFlags& flags) { flags.timeout = timeout; });
  }

 private:
  template <class Change>
  Operator changed(Change change) const {
    Operator with_flags = static_cast<const Self&>(*this).as_operator();
    change(with_flags.flags());
    return with_flags;
  }
};

/// Emits to one socket.
template <class Self>
class EmitsToOne {
 public:
  /// Throws std::invalid_argument for a name that is reserved: connect, connect_error, disconnect,
  /// disconnecting, newListener, removeListener. Bytes and json that are moved in are not copied.
  template <class... Args>
  EmitResult emit(std::string_view event, Args&&... args) const {
    OutgoingEvent outgoing(event, std::forward<Args>(args)...);
    return self().emit_encoded(outgoing);
  }
  /// The first argument of the acknowledgement, or all with R = Arguments; errors: disconnected,
  /// timeout (with timeout()), dropped, bad_answer, …
  template <class R = json, class... Args>
  Pending<Reply<R>> emit_with_ack(std::string_view event, Args&&... args) const {
    OutgoingEvent outgoing(event, std::forward<Args>(args)...);
    Pending<Reply<R>> pending(self().completion_loop());
    self().emit_encoded_with_ack(outgoing,
                                 [pending](std::error_code error, const Value* arguments) {
                                   pending.complete(decode_reply<R>(error, arguments));
                                 });
    return pending;
  }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }
};

/// A handle to one socket with flags for the next emit. Immutable; as thread-safe as the handle.
template <class Self, class Handle>
class OperatorOfOne : public WithFlags<Self, Self>, public EmitsToOne<Self> {
 protected:
  explicit OperatorOfOne(Handle socket) : socket_(std::move(socket)) {}

  Handle socket_;
  EmitFlags flags_;

 private:
  friend class WithFlags<Self, Self>;
  friend class WithFlags<Handle, Self>;
  friend class EmitsToOne<Self>;
  Self as_operator() const { return static_cast<const Self&>(*this); }
  EmitFlags& flags() { return flags_; }
  EmitResult emit_encoded(OutgoingEvent& event) const {
    return socket_.emit_encoded(event, flags_);
  }
  void emit_encoded_with_ack(OutgoingEvent& event, AckCallback callback) const {
    socket_.emit_encoded_with_ack(event, flags_, std::move(callback));
  }
  std::shared_ptr<CompletionLoop> completion_loop() const { return socket_.completion_loop(); }
};

/// Emits to many sockets.
template <class Self>
class EmitsToMany {
 public:
  /// Throws std::invalid_argument for a reserved name, as Socket::emit does. Bytes and json that
  /// are moved in are not copied. `sent`, whatever becomes of it at each socket; `dropped` if
  /// Limits::posted_bytes kept what another thread emits from the loop.
  template <class... Args>
  EmitResult emit(std::string_view event, Args&&... args) const {
    OutgoingEvent outgoing(event, std::forward<Args>(args)...);
    return self().emit_encoded(outgoing);
  }
  /// Asks every socket, of all nodes of a cluster; the first argument of each acknowledgement is
  /// collected.
  template <class R = json, class... Args>
  Pending<Replies<R>> emit_with_ack(std::string_view event, Args&&... args) const {
    OutgoingEvent outgoing(event, std::forward<Args>(args)...);
    Pending<Replies<R>> pending(self().completion_loop());
    auto replies = std::make_shared<Replies<R>>();
    self().emit_encoded_with_ack(
        outgoing,
        [replies](std::error_code error, const Value* arguments) {
          replies->add(decode_reply<R>(error, arguments));
        },
        [replies, pending](MissingNodes missing) {
          replies->add(std::move(missing));
          pending.complete(std::move(*replies));
        });
    return pending;
  }

 private:
  const Self& self() const { return static_cast<const Self&>(*this); }
};

}  // namespace socketio::detail
