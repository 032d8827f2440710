// SPDX-License-Identifier: MIT
// Console: what sio connect does with lines and events. It shows what happens on the connection,
// emits what is typed, and executes /commands.
//
// Life cycle: made, run() once. One thread: handlers run while it waits for a line.
#pragma once

#include "input.hpp"
#include "session.hpp"
#include "show.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sio {

struct ConsoleCommand {
  Target target;
  int ack_timeout_ms = 10'000;
};

class Console {
 public:
  explicit Console(const ConsoleCommand& command);
  int run();

 private:
  /// How long the server may take to handle what was typed last.
  static constexpr std::chrono::seconds goodbye_time{10};

  using Words = std::vector<std::string>;
  struct Verb {
    const char* name;
    const char* usage;
    const char* help;
    // Gets the words after the command.
    void (Console::*act)(const Words& words);
  };
  static const std::vector<Verb>& verbs();

  // Lines
  void execute(const std::string& line);
  void obey(const Words& words);
  void emit(Words words);
  void emit_with_ack(const Words& words);
  void help(const Words& words);
  void quit(const Words& words);
  void join(const Words& words);
  void leave(const Words& words);
  void ack(const Words& words);
  void connect(const Words& words);
  void disconnect(const Words& words);
  void status(const Words& words);

  // The connection
  void attach(const socketio::ClientSocket& socket);
  void on_connect(const socketio::ClientSocket& socket);
  void on_connect_error(const socketio::ClientSocket& socket,
                        const socketio::ConnectionError& error);
  void on_disconnect(const socketio::ClientSocket& socket, socketio::DisconnectReason why);
  /// Without a terminal nobody can connect again.
  void end_unless_active(const socketio::ClientSocket& socket);
  void say_goodbye();

  // Showing
  std::string prompt() const;
  std::vector<std::string> completions(std::string_view line) const;
  /// `nsp` is shown if there are several namespaces.
  void show(const std::string& line, std::string_view nsp = {});
  void remember(std::string_view event) { events_.emplace(event); }

  const ConsoleCommand command_;
  Session session_;
  std::unique_ptr<Input> input_;
  const Style style_;
  socketio::ClientSocket current_;
  std::map<std::string, socketio::ClientSocket> joined_;
  // The namespaces that have handlers.
  std::set<std::string> attached_;
  std::set<std::string, std::less<>> events_;
  std::string last_error_;
  std::size_t pending_acks_ = 0;
  bool has_connected_ = false;
  bool has_quit_ = false;
};

}  // namespace sio
