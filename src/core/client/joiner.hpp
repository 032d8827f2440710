// SPDX-License-Identifier: MIT
// Joiner: how a socket gets into its namespace: it waits until CONNECT may be sent, asks for auth,
// sends CONNECT, and after a refusal does so again later.
//
// Invariant: at most one CONNECT is unanswered, and none is sent before its answer has come. Auth
// is taken for the latest attempt, and once. The timer is armed in State::none only, or while auth
// is being asked for.
//
// Life cycle: one per socket, none -> waiting -> asking -> sent -> none; a CONNECT that the socket
// has left behind is `left` until it is answered. Loop's thread, inside the gate.
#pragma once

#include "base/loop.hpp"
#include "core/client/backoff.hpp"

#include <socketio/client_options.hpp>
#include <socketio/json.hpp>

#include <cstdint>
#include <memory>

namespace socketio::core {

class Joiner {
 public:
  /// What it needs of its socket.
  class Link {
   public:
    virtual Loop& loop() = 0;
    /// The socket is active, and its connection open.
    virtual bool may_join() const = 0;
    /// False if CONNECT would reach the server together with what was sent before; then
    /// on_separated() follows.
    virtual bool begin_section() = 0;
    /// Calls user code, which answers by on_auth(), now or later, or by on_auth_failed().
    virtual void ask_for_auth(const Auth& auth, std::uint64_t attempt) = 0;
    virtual void send_connect(const json& auth) = 0;

   protected:
    ~Link() = default;
  };
  /// What CONNECT or CONNECT_ERROR answers: nothing that was asked, the latest CONNECT, or one that
  /// the socket has left behind.
  enum class Answered : std::uint8_t { nothing, latest, left };

  /// `timer` calls join(), if the socket still wants that.
  Joiner(Link& link, Deadline& timer, const Backoff::Options& backoff, const Auth& auth);

  /// Gives the earlier one, for the caller to destroy.
  std::shared_ptr<const Auth> set_auth(std::shared_ptr<const Auth> auth);

  /// Unless it is underway.
  void join();
  void join_later();
  void on_separated();
  /// The answer of auth to `attempt`.
  void on_auth(std::uint64_t attempt, const json& data);
  /// Auth threw: join() asks again.
  void on_auth_failed();

  Answered answered() const;
  void on_connected();
  void on_refused();
  void on_left_answered();

  /// No CONNECT is to be sent any more.
  void cancel();
  /// The socket leaves: cancel(), and the next attempts are the first ones again.
  void leave();
  /// The connection is gone, or the server has sent DISCONNECT.
  void reset();

  bool underway() const { return state_ != State::none; }
  const Backoff& backoff() const { return backoff_; }

 private:
  enum class State : std::uint8_t { none, waiting, asking, sent, left };

  Link& link_;
  Deadline& timer_;
  Backoff backoff_;  // after refusals
  std::shared_ptr<const Auth> auth_;
  State state_ = State::none;
  bool in_auth_ = false;
  std::uint64_t attempt_ = 0;
};

}  // namespace socketio::core
