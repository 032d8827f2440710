// SPDX-License-Identifier: MIT
// sio listen prints events, one per line.
#include "commands.hpp"
#include "exit_code.hpp"
#include "session.hpp"
#include "show.hpp"
#include "words.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>

namespace sio {
namespace {

using socketio::json;
using Clock = std::chrono::system_clock;

struct ListenCommand {
  Target target;
  // Empty means all.
  std::vector<std::string> events;
  bool json_lines = false;
  // 0: unlimited.
  std::uint64_t count = 0;
  int timeout_ms = 0;  // 0: none
};

class Listening {
 public:
  explicit Listening(const ListenCommand& command)
      : command_(command), session_(command.target, exit_success) {}

  int run() {
    const auto socket = session_.socket();
    session_.limit_joining();
    socket.on_any([this](std::string_view event, const json& arguments) {
      if (is_wanted(event)) show(event, arguments);
    });
    socket.on_connect([this] { say("connected to " + command_.target.url); });
    socket.on_connect_error([this](const socketio::ConnectionError& error) {
      if (!error.message.empty() && to_text(error) != last_error_) {
        say("cannot connect to " + command_.target.url + ": " + to_text(error));
      }
      last_error_ = to_text(error);
      end_unless_active();
    });
    socket.on_disconnect([this](socketio::DisconnectReason why) {
      last_error_.clear();
      if (!session_.finished()) say("disconnected: " + std::string(to_string(why)));
      end_unless_active();
    });
    if (command_.timeout_ms > 0) {
      session_.after(std::chrono::milliseconds(command_.timeout_ms), [this] {
        session_.finish(command_.count > 0 ? exit_timed_out : exit_success);
      });
    }
    return session_.run();
  }

 private:
  bool is_wanted(std::string_view event) const {
    const auto& names = command_.events;
    return !session_.finished() &&
           (names.empty() || std::find(names.begin(), names.end(), event) != names.end());
  }

  void show(std::string_view event, const json& arguments) {
    const Style style = Style::of(stdout);
    if (command_.json_lines) {
      const json line{{"event", event},
                      {"args", arguments},
                      {"namespace", session_.socket().nsp()},
                      {"time", utc_time(Clock::now())}};
      std::printf("%s\n", to_json_line(line).c_str());
    } else {
      std::printf("%s%s\n", style.name(to_word(event)).c_str(), to_text_list(arguments).c_str());
    }
    // If nobody reads the output any more, there is no reason to listen.
    const bool has_reader = std::fflush(stdout) == 0;
    if (!has_reader || ++shown_ == command_.count) session_.finish(exit_success);
  }

  void end_unless_active() {
    if (!session_.socket().active() || command_.target.no_reconnect) session_.finish(exit_failed);
  }

  static void say(const std::string& text) {
    std::fprintf(stderr, "%s\n", Style::of(stderr).dim("sio: " + text).c_str());
  }

  const ListenCommand& command_;
  std::string last_error_;
  std::uint64_t shown_ = 0;
  Session session_;
};

}  // namespace

void add_listen(CLI::App& app, int& code) {
  const auto command = std::make_shared<ListenCommand>();
  auto& sub = *app.add_subcommand("listen", "prints events, one line each");
  command->target.add_to(sub);
  command->target.add_reconnection_to(sub);
  sub.add_option("EVENT", command->events, "only events of these names");
  sub.add_flag("--json", command->json_lines,
               "JSON lines: {\"event\",\"args\",\"namespace\",\"time\"}");
  sub.add_option("--count", command->count, "ends after so many events");
  sub.add_option("--timeout", command->timeout_ms, "ends after that time; with --count, by 3")
      ->check(CLI::Range(1, longest_wait_ms).description(""))
      ->type_name("MS");
  sub.footer(
      "Exit codes: 0 done or interrupted, 1 no connection or refused, 2 wrong usage, 3 timed "
      "out.\n\n"
      "Examples:\n"
      "  sio listen localhost:3001\n"
      "  sio listen localhost:3001/news headline --count 1 --timeout 5000\n"
      "  sio listen https://example.org --json | jq .args[0]");
  sub.final_callback([command, &code] {
    for (std::string& name : command->events) name = unguarded(name);
    code = Listening(*command).run();
  });
}

}  // namespace sio
