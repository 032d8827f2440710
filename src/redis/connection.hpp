// SPDX-License-Identifier: MIT
// Connection: one connection to Redis that comes back by itself. It resolves and connects, greets
// (AUTH, SELECT, CLIENT SETNAME, PING), sends commands in a pipeline, notices a Redis that is
// silent, and waits longer and longer, with jitter, between attempts.
//
// A command is sent once. It waits while there is no connection, within limits; one whose
// connection breaks before the answer is `lost`. Commands keep their order, because the next
// connection sends nothing before Redis has answered its greeting.
//
// Life cycle: make() -> open() -> close(), after which nothing is called. Does no I/O itself: the
// connector and the loop do, so tests run it in virtual time. Loop's thread only.
#pragma once

#include "base/backoff.hpp"
#include "base/connector.hpp"
#include "base/loop.hpp"
#include "redis/limits.hpp"
#include "redis/pipeline.hpp"
#include "redis/url.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

namespace socketio::redis {

enum class ConnectionState : std::uint8_t {
  closed,      // before open() and after close()
  connecting,  // resolving the name, TCP, TLS
  greeting,
  restoring,  // greeted; the listener restores what the last connection had
  ready,
  waiting,  // for the next attempt
};
std::string_view to_string(ConnectionState state);

struct StateChange {
  ConnectionState before;
  ConnectionState now;
  /// If the connection or the attempt has failed: why, and what helps.
  std::string_view why{};
  Remedy remedy = Remedy::none;
};

struct ConnectionCounters {
  std::uint64_t attempts = 0;
  std::uint64_t connects = 0;    // that became ready
  std::uint64_t failures = 0;    // attempts that did not
  std::uint64_t breaks = 0;      // of connections that were ready
  std::uint64_t timeouts = 0;    // breaks and failures because Redis was silent
  std::uint64_t violations = 0;  // because it sent something that is no RESP, or too much
  std::uint64_t commands = 0;    // sent
  std::uint64_t refused = 0;     // answered with an error
  std::uint64_t dropped = 0;     // CommandErrc::dropped, and so on
  std::uint64_t expired = 0;
  std::uint64_t lost = 0;
};

struct ConnectionSettings {
  Address address{};
  // Shown by CLIENT LIST. Redis accepts no blanks in it. Empty: none.
  std::string name{};
  Limits limits{};
  Times times{};
};

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_state(const StateChange& change) = 0;
    /// The state is `restoring`: the listener may send_now(), and ends it with declare_ready().
    virtual void on_greeted() = 0;
    /// Whether this is no answer, but something that Redis sends unasked. Then the listener has
    /// dealt with it.
    virtual bool take_push(const Reply& reply) = 0;
    /// A command is answered, or will not be: whether the listener has taken it, to send it elsewhere.
    /// Then this is nobody's answer.
    virtual bool take_command(Pipeline::Entry& entry, const Answer& answer) {
      (void)entry;
      (void)answer;
      return false;
    }
    /// What arrives exceeds a limit, and the connection is about to fail for that: this was read of
    /// it, with a part of its last element.
    virtual void on_excess(const Reply& unfinished) { (void)unfinished; }
  };

  /// A loss of the same kind is logged again after this.
  static constexpr std::chrono::minutes log_interval{1};

  /// `connector` and `listener` outlive the connection, or its close().
  static std::shared_ptr<Connection> make(Loop& loop, Connector& connector,
                                          ConnectionSettings settings, Listener& listener);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void open();
  /// Sends what was to be sent, if Redis is there, and is told no answer.
  void close();

  /// Sends the command as soon as all before it were sent. `on_answer` is called once, never before
  /// this returns, unless close() comes first.
  void send(Command command, OnAnswer on_answer = {});
  /// The same with a timeout of its own, for commands that wait in Redis (XREAD BLOCK).
  void send(Command command, OnAnswer on_answer, std::chrono::milliseconds timeout);
  /// The same with what another connection has given back.
  void send(Pipeline::Entry entry);
  /// Takes what was not sent.
  std::deque<Pipeline::Entry> take_waiting();
  /// Sends ahead of what waits. Only while `restoring` or `ready`; the caller limits how many.
  void send_now(Command command, OnAnswer on_answer);
  void declare_ready();
  /// Gives the connection up and makes another one.
  void reconnect(std::string_view why);

  ConnectionState state() const { return static_cast<ConnectionState>(state_.index()); }
  bool is_ready() const { return state() == ConnectionState::ready; }
  const ConnectionCounters& counters() const { return counters_; }
  const ConnectionSettings& settings() const { return settings_; }
  std::size_t waiting() const { return pipeline_.waiting(); }
  std::size_t unanswered() const { return pipeline_.unanswered(); }
  Loop& loop() { return loop_; }
  /// For contain(): gives the connection up.
  void on_exception() noexcept;

 private:
  class Link;
  struct Closed {};
  struct Connecting {
    std::unique_ptr<Connector::Attempt> attempt;
  };
  struct Greeting {
    std::shared_ptr<Link> link;
  };
  struct Restoring {
    std::shared_ptr<Link> link;
  };
  struct Ready {
    std::shared_ptr<Link> link;
  };
  struct Waiting {};
  // In the order of ConnectionState.
  using State = std::variant<Closed, Connecting, Greeting, Restoring, Ready, Waiting>;

  Connection(Loop& loop, Connector& connector, ConnectionSettings settings, Listener& listener);

  /// Writes what waits, and leaves the rest to the stream.
  void send_last(Link& link);
  void attempt();
  void on_connected(std::shared_ptr<Stream> stream, const ConnectFailure& failure);
  void greet();
  void ask(Command command, const char* step);
  void on_greeting_answer(const char* step, const Answer& answer);
  void on_reply(Reply reply);
  void on_violation(std::string_view why);
  void on_link_closed(const std::error_code& error);
  /// The current connection or attempt has ended.
  void fail(std::string_view why, Remedy remedy);
  void enter(State state, std::string_view why = {}, Remedy remedy = Remedy::none);
  /// Null unless there is a connection.
  std::shared_ptr<Link> link() const;
  void transmit(Link& link, const Pipeline::Entry& entry);
  void send_waiting();
  /// Logs, from time to time, that commands had no effect of which nobody awaits the answer.
  enum class Loss : std::uint8_t { dropped, expired, lost, refused };
  void tell(Loss loss, std::string_view why);
  /// Calls what waits for answers later in this turn.
  void give_up(std::deque<Pipeline::Entry> entries, CommandErrc code);
  /// Arms the timer for what is due next.
  void watch();
  void on_deadline();
  void watch_for_silence();
  void on_waiting_deadline();
  void watch_waiting();

  Loop& loop_;
  Connector& connector_;
  const ConnectionSettings settings_;
  Listener& listener_;
  State state_;
  Pipeline pipeline_;
  Backoff backoff_;
  ConnectionCounters counters_;
  // When each kind of loss may be logged again.
  std::array<TimePoint, 4> silent_until_{};
  // When Redis last sent something.
  TimePoint heard_at_{};
  // When the command whose answer is due became the first.
  TimePoint due_since_{};
  // Answers to the greeting that are missing.
  std::size_t greeting_due_ = 0;
  MemberTimer<Connection, &Connection::on_deadline> deadline_{*this};
  MemberTimer<Connection, &Connection::on_waiting_deadline> waiting_deadline_{*this};
};

}  // namespace socketio::redis
