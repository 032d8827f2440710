// SPDX-License-Identifier: MIT
// Joiner: connects a socket to its namespace. It waits until CONNECT may be sent, asks for auth,
// sends CONNECT, and tries again later if the server refuses.
//
// Invariant: at most one CONNECT is unanswered, and no other is sent until its answer arrives.
// Auth is accepted once, and only for the latest attempt. The timer is armed only in State::none or
// while auth is being asked for.
//
// Life cycle: one per socket, none -> waiting -> asking -> sent -> none. If the socket leaves
// while a CONNECT is unanswered, the state is `left` until the answer arrives. Loop's thread,
// inside the gate.
#pragma once

#include "base/backoff.hpp"
#include "base/loop.hpp"

#include <socketio/client_options.hpp>
#include <socketio/json.hpp>

#include <cstdint>
#include <memory>

namespace socketio::core {

class Joiner {
 public:
  /// What Joiner needs of its socket.
  class Link {
   public:
    virtual Loop& loop() = 0;
    /// Whether the socket is active and its connection open.
    virtual bool may_join() const = 0;
    /// False if the server would read CONNECT together with what was sent before. on_separated()
    /// then follows.
    virtual bool begin_section() = 0;
    /// Calls user code, which answers with on_auth(), at once or later, or with on_auth_failed().
    virtual void ask_for_auth(const Auth& auth, std::uint64_t attempt) = 0;
    virtual void send_connect(const json& auth) = 0;

   protected:
    ~Link() = default;
  };
  /// What a CONNECT or CONNECT_ERROR answers: nothing, the latest CONNECT, or one that was sent
  /// before the socket left.
  enum class Answered : std::uint8_t { nothing, latest, left };

  /// `timer` calls join() if the socket still wants to join.
  Joiner(Link& link, Deadline& timer, const Backoff::Options& backoff, const Auth& auth);

  /// Returns the previous one, for the caller to destroy.
  std::shared_ptr<const Auth> set_auth(std::shared_ptr<const Auth> auth);

  /// Does nothing while an attempt is underway.
  void join();
  void join_later();
  void on_separated();
  /// The auth data for `attempt`.
  void on_auth(std::uint64_t attempt, const json& data);
  /// The auth callback threw: join() asks again.
  void on_auth_failed();

  Answered answered() const;
  void on_connected();
  void on_refused();
  void on_left_answered();

  /// Sends no further CONNECT.
  void cancel();
  /// The socket leaves: does what cancel() does, and the backoff starts over.
  void leave();
  /// The connection has closed, or the server has sent DISCONNECT.
  void reset();

  bool underway() const { return state_ != State::none; }
  const Backoff& backoff() const { return backoff_; }

 private:
  enum class State : std::uint8_t { none, waiting, asking, sent, left };

  Link& link_;
  Deadline& timer_;
  // The delay after a refusal.
  Backoff backoff_;
  std::shared_ptr<const Auth> auth_;
  State state_ = State::none;
  bool in_auth_ = false;
  std::uint64_t attempt_ = 0;
};

}  // namespace socketio::core
