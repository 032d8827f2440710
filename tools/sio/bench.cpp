// SPDX-License-Identifier: MIT
// sio bench measures how fast a server answers. Each connection keeps a number of events in flight.
// The latency is the time from emit to the acknowledgement, or to the event that answers.
#include "bench_report.hpp"
#include "commands.hpp"
#include "exit_code.hpp"
#include "session.hpp"
#include "show.hpp"
#include "words.hpp"

#include <cstdio>
#include <deque>
#include <memory>
#include <unistd.h>

namespace sio {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct BenchCommand {
  Target target;
  std::string event = "echo";
  // Empty means the acknowledgement.
  std::string reply;
  std::size_t connections = 10;
  std::size_t in_flight = 1;
  std::size_t bytes = 32;
  double seconds = 5;
  double warmup_seconds = 1;
  int timeout_ms = 5'000;
  bool json = false;
};

class Bench {
 public:
  explicit Bench(const BenchCommand& command)
      : command_(command),
        payload_(command.bytes, 'x'),
        session_(command.target, exit_success),
        tick_(session_.context()) {}

  int run() {
    report_.url = command_.target.full_url();
    report_.event = command_.event;
    report_.in_flight = command_.in_flight;
    report_.payload_bytes = command_.bytes;
    add_connection(session_.socket());
    for (std::size_t i = 1; i < command_.connections; ++i) {
      others_.push_back(socketio::make_client(session_.context(), command_.target.full_url(),
                                              command_.target.client_options()));
      auto& client = *others_.back();
      add_connection(command_.target.nsp.empty() ? client.socket()
                                                 : client.socket(command_.target.nsp));
    }
    schedule_tick();
    session_.run_while([] { return true; });
    clear_progress();
    tick_.cancel();
    for (const auto& client : others_) client->stop();
    const int code = session_.run();
    if (phase_ == Phase::measuring) report_.seconds = seconds_since(began_);
    return report_.connections == 0 ? exit_failed : finish(code);
  }

 private:
  enum class Phase { connecting, warming_up, measuring, over };
  struct Connection {
    socketio::ClientSocket socket;
    // The events that have not been answered yet.
    std::deque<Clock::time_point> sent;
  };

  int finish(int code) {
    command_.json ? report_.print_json() : report_.print(Style::of(stdout));
    if (report_.answered == 0) return exit_timed_out;
    return report_.failures > 0 ? exit_failed : code;
  }

  void add_connection(const socketio::ClientSocket& socket) {
    const auto connection = std::make_shared<Connection>();
    connection->socket = socket;
    socket.on_connect([this] {
      ++report_.connections;
      if (settled()) begin();
    });
    socket.on_connect_error(
        [this](const socketio::ConnectionError& error) { on_failure(to_text(error)); });
    socket.on_disconnect(
        [this](socketio::DisconnectReason why) { on_failure(std::string(to_string(why))); });
    if (!command_.reply.empty()) {
      socket.on(command_.reply, [this, connection = connection.get()] {
        if (connection->sent.empty()) return;
        const auto began = connection->sent.front();
        connection->sent.pop_front();
        on_answer(*connection, began);
      });
    }
    connections_.push_back(connection);
  }

  bool settled() const { return report_.connections + report_.failures >= command_.connections; }

  /// All connections are open or have failed.
  void begin() {
    if (phase_ != Phase::connecting) return;
    if (report_.connections == 0) return session_.finish(exit_failed);
    phase_ = Phase::warming_up;
    began_ = Clock::now();
    for (const auto& connection : connections_) {
      for (std::size_t i = 0; i < command_.in_flight; ++i) emit(*connection);
    }
  }

  void emit(Connection& connection) {
    if (phase_ == Phase::over || !connection.socket.connected()) return;
    const auto now = Clock::now();
    if (!command_.reply.empty()) {
      connection.sent.push_back(now);
      connection.socket.emit(command_.event, payload_);
      return;
    }
    connection.socket.timeout(milliseconds(command_.timeout_ms))
        .emit_with_ack(command_.event, payload_)
        .then([this, &connection, now](const socketio::Reply<socketio::json>& reply) {
          if (phase_ == Phase::over) return;
          if (reply.error() == socketio::Errc::timeout) ++report_.timeouts;
          reply ? on_answer(connection, now) : emit(connection);
        });
  }

  void on_answer(Connection& connection, Clock::time_point sent) {
    if (phase_ == Phase::measuring) {
      const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - sent);
      report_.latency.record(static_cast<std::uint64_t>(took.count()), 1);
      ++report_.answered;
    }
    emit(connection);
  }

  void on_failure(const std::string& why) {
    if (session_.finished()) return;
    if (report_.failures++ == 0) {
      clear_progress();
      std::fprintf(stderr, "sio: %s: %s\n", command_.target.url.c_str(), why.c_str());
    }
    if (settled()) begin();
  }

  void give_up_on_the_others() {
    for (const auto& connection : connections_) {
      // All have connected or failed.
      if (phase_ != Phase::connecting) return;
      if (connection->socket.connected() || !connection->socket.active()) continue;
      connection->socket.disconnect();
      on_failure("not joined within " + to_text(milliseconds(command_.target.connect_timeout_ms)));
    }
  }

  // --- Time ---

  void schedule_tick() {
    tick_.expires_after(milliseconds(100));
    tick_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      on_tick();
      if (!session_.finished()) schedule_tick();
    });
  }

  void on_tick() {
    const double passed = seconds_since(began_);
    if (phase_ == Phase::connecting && passed * 1'000 >= command_.target.connect_timeout_ms) {
      give_up_on_the_others();
    } else if (phase_ == Phase::warming_up && passed >= command_.warmup_seconds) {
      phase_ = Phase::measuring;
      began_ = Clock::now();
    } else if (phase_ == Phase::measuring && passed >= command_.seconds) {
      phase_ = Phase::over;
      report_.seconds = passed;
      session_.finish(exit_success);
      return;
    }
    show_progress();
  }

  void show_progress() {
    if (!isatty(STDERR_FILENO)) return;
    if (phase_ == Phase::connecting) {
      std::fprintf(stderr, "\r\x1b[Kconnecting: %zu of %zu", report_.connections,
                   command_.connections);
    } else if (phase_ == Phase::warming_up) {
      std::fprintf(stderr, "\r\x1b[Kwarming up");
    } else {
      const double passed = seconds_since(began_);
      std::fprintf(stderr, "\r\x1b[K%.1f of %.0f s, %.0f answers/s, p50 %s", passed,
                   command_.seconds, static_cast<double>(report_.answered) / passed,
                   to_text(std::chrono::nanoseconds(report_.latency.percentile(50))).c_str());
    }
  }

  static void clear_progress() {
    if (isatty(STDERR_FILENO)) std::fputs("\r\x1b[K", stderr);
  }

  static double seconds_since(Clock::time_point time) {
    return std::chrono::duration<double>(Clock::now() - time).count();
  }

  const BenchCommand& command_;
  const std::string payload_;
  BenchReport report_;
  Phase phase_ = Phase::connecting;
  Clock::time_point began_ = Clock::now();
  std::vector<std::shared_ptr<Connection>> connections_;
  Session session_;
  boost::asio::steady_timer tick_;
  std::vector<std::unique_ptr<socketio::Client>> others_;
};

}  // namespace

void add_bench(CLI::App& app, int& code) {
  const auto command = std::make_shared<BenchCommand>();
  command->target.no_reconnect = true;
  auto& sub = *app.add_subcommand("bench", "measures how fast a server answers");
  command->target.add_to(sub);
  sub.add_option("-e,--event", command->event, "what is emitted, with one string as its argument")
      ->capture_default_str();
  sub.add_option("-r,--reply", command->reply,
                 "event that answers, in order; without it, the acknowledgement does");
  add_number<std::size_t>(sub, "-c,--connections", command->connections, "clients at a time", 1,
                          15'000, "N");
  add_number<std::size_t>(sub, "-f,--in-flight", command->in_flight,
                          "unanswered events of each client", 1, 1'024, "N");
  add_number<std::size_t>(sub, "-b,--bytes", command->bytes, "length of the string", 0, 1'000'000,
                          "N");
  add_number(sub, "-s,--seconds", command->seconds, "measured time", 0.1, 86'400.0, "S");
  add_number(sub, "--warmup", command->warmup_seconds, "time before that", 0.0, 3'600.0, "S");
  add_number(sub, "--timeout", command->timeout_ms, "until an acknowledgement is given up", 1,
             longest_wait_ms, "MS");
  sub.add_flag("--json", command->json, "the result as one JSON object");
  sub.footer(
      "One thread does it all. Ctrl-C ends early, with what was measured so far.\n\n"
      "Examples:\n"
      "  sio bench localhost:3001                          'echo', acknowledged\n"
      "  sio bench localhost:3001 -e ping -r pong -c 100   'ping', answered by 'pong'\n"
      "  sio bench localhost:3001 -t websocket -f 16 -s 10 --json");
  sub.final_callback([command, &code] {
    check_event_name(command->event);
    code = Bench(*command).run();
  });
}

}  // namespace sio
