// SPDX-License-Identifier: MIT
// sio emit: one event, and its acknowledgement.
#include "commands.hpp"
#include "exit_code.hpp"
#include "session.hpp"
#include "show.hpp"
#include "words.hpp"

#include <cstdio>
#include <memory>

namespace sio {
namespace {

using socketio::Arguments;
using std::chrono::milliseconds;

struct EmitCommand {
  Target target;
  std::string event;
  std::vector<std::string> words;
  bool ack = false;
  int timeout_ms = 10'000;
};

class Emitting {
 public:
  explicit Emitting(const EmitCommand& command)
      : command_(command),
        arguments_(read_arguments(command.words)),
        session_(command.target, exit_interrupted) {}

  int run() {
    const auto socket = session_.socket();
    socket.on_connect_error([this](const socketio::ConnectionError& error) {
      fail(exit_failed, "cannot connect to " + command_.target.url + ": " + to_text(error));
    });
    socket.on_disconnect([this](socketio::DisconnectReason why) {
      fail(exit_failed, "the connection has ended: " + std::string(to_string(why)));
    });
    session_.limit_joining();
    socket.on_connect([this] { command_.ack ? emit_with_ack() : emit(); });
    return session_.run();
  }

 private:
  void emit() {
    const auto result = session_.socket().emit(command_.event, arguments_);
    if (result == socketio::EmitResult::dropped) return fail(exit_failed, "it is too large");
    session_.after(milliseconds(command_.timeout_ms), [this] {
      fail(exit_timed_out,
           "the server has not taken it within " + to_text(milliseconds(command_.timeout_ms)));
    });
    session_.when_received([this] { session_.finish(exit_success); });
  }

  void emit_with_ack() {
    session_.socket()
        .timeout(milliseconds(command_.timeout_ms))
        .emit_with_ack<Arguments>(command_.event, arguments_)
        .then([this](const socketio::Reply<Arguments>& reply) { on_ack(reply); });
  }

  void on_ack(const socketio::Reply<Arguments>& reply) {
    if (session_.finished()) return;
    if (reply.error() == socketio::Errc::timeout) {
      return fail(exit_timed_out,
                  "no acknowledgement within " + to_text(milliseconds(command_.timeout_ms)));
    }
    if (!reply) return fail(exit_failed, to_text(reply.error()));
    const auto values = reply->to_json();
    std::string line;
    for (const auto& value : values) line += (line.empty() ? "" : " ") + to_json_line(value);
    std::puts(line.c_str());
    session_.finish(std::fflush(stdout) == 0 ? exit_success : exit_failed);
  }

  void fail(ExitCode code, const std::string& why) {
    if (session_.finished()) return;
    std::fprintf(stderr, "sio: %s\n", why.c_str());
    session_.finish(code);
  }

  const EmitCommand& command_;
  const Arguments arguments_;
  Session session_;
};

}  // namespace

void add_emit(CLI::App& app, int& code) {
  const auto command = std::make_shared<EmitCommand>();
  command->target.no_reconnect = true;
  auto& sub = *app.add_subcommand("emit", "connects, emits one event, and ends");
  command->target.add_to(sub);
  sub.add_option("EVENT", command->event, "name of the event")->required();
  sub.add_option("ARGS", command->words, "its arguments: JSON, words as strings, @file as bytes");
  sub.add_flag("--ack", command->ack, "waits for the acknowledgement and prints it as JSON");
  add_number(sub, "--timeout", command->timeout_ms,
             "until the acknowledgement, or until the server has it", 1, longest_wait_ms, "MS");
  sub.footer(
      "Exit codes: 0 done, 1 no connection or refused, 2 wrong usage, 3 timed out.\n\n"
      "Examples:\n"
      "  sio emit localhost:3001 chat hello\n"
      "  sio emit http://localhost:3001/admin kick '{\"user\":7}' --auth '{\"token\":\"s3cret\"}'\n"
      "  sio emit https://example.org upload @photo.jpg --ack --timeout 5000");
  sub.final_callback([command, &code] {
    command->event = unguarded(command->event);
    check_event_name(command->event);
    for (std::string& word : command->words) word = unguarded(word);
    code = Emitting(*command).run();
  });
}

}  // namespace sio
