// SPDX-License-Identifier: MIT
#include "console.hpp"

#include "exit_code.hpp"
#include "words.hpp"

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace sio {

using socketio::ClientSocket;
using socketio::json;
using Clock = std::chrono::steady_clock;

Console::Console(const ConsoleCommand& command)
    : command_(command),
      session_(command.target, exit_success),
      style_(Style::of(stdout)),
      current_(session_.socket()) {
  const bool is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  input_ =
      is_terminal
          ? make_terminal(session_, {[this] { return prompt(); },
                                     [this](std::string_view line) { return completions(line); }})
          : make_pipe(session_);
  joined_.emplace(current_.nsp(), current_);
  attach(current_);
}

int Console::run() {
  if (input_->is_terminal()) {
    show(style_.dim("connecting to " + command_.target.full_url() +
                    "; /help tells what can be typed here"));
  } else {
    session_.limit_joining();
    session_.run_while([this] { return !has_connected_; });
  }
  while (const auto line = has_quit_ ? std::nullopt : input_->read()) {
    try {
      execute(*line);
    } catch (const std::exception& wrong) {
      show(style_.bad(without_controls(wrong.what())));
    }
  }
  input_->end();
  say_goodbye();
  return session_.run();
}

/// Waits until what was typed last has been handled, and disconnects.
void Console::say_goodbye() {
  session_.run_while([this] { return pending_acks_ > 0; });
  if (current_.connected() && !session_.finished()) {
    session_.after(goodbye_time, [this] { session_.finish(exit_timed_out); });
    session_.when_received([this] { session_.finish(exit_success); });
  } else {
    session_.finish(exit_success);
  }
}

// --- Lines ---

const std::vector<Console::Verb>& Console::verbs() {
  static const std::vector<Verb> all = {
      {"/ack", "/ack EVENT ARGS…", "emits and shows the acknowledgement, as does a ? at the end",
       &Console::ack},
      {"/join", "/join NAMESPACE [AUTH]", "joins it, or goes back to it", &Console::join},
      {"/leave", "/leave [NAMESPACE]", "leaves this one, or another", &Console::leave},
      {"/connect", "/connect [AUTH]", "joins this namespace again", &Console::connect},
      {"/disconnect", "/disconnect", "leaves this namespace and stays in it here",
       &Console::disconnect},
      {"/status", "/status", "namespaces, ids, transport", &Console::status},
      {"/help", "/help", "this", &Console::help},
      {"/quit", "/quit", "ends, as do Ctrl-C and Ctrl-D", &Console::quit},
  };
  return all;
}

void Console::execute(const std::string& line) {
  const Words words = split_line(line);
  if (words.empty()) return;
  words.front().starts_with('/') ? obey(words) : emit(words);
}

void Console::obey(const Words& words) {
  for (const Verb& verb : verbs()) {
    if (words.front() == verb.name) {
      return (this->*verb.act)(Words(words.begin() + 1, words.end()));
    }
  }
  throw UsageError(words.front() + " is no command; /help names them");
}

namespace {

/// An event's name may be a JSON string, for names with blanks.
std::string event_name(const std::string& word) {
  return word.starts_with('"') ? read_argument(word).get<std::string>() : word;
}

socketio::Arguments arguments_of(const std::vector<std::string>& words) {
  return read_arguments({words.begin() + 1, words.end()});
}

json auth_of(const std::string& word) {
  json auth = read_argument(word);
  if (!auth.is_object()) throw UsageError("this is no JSON object: " + word);
  return auth;
}

}  // namespace

void Console::emit(Words words) {
  if (words.size() > 1 && words.back() == "?") {
    words.pop_back();
    return emit_with_ack(words);
  }
  const std::string event = event_name(words.front());
  switch (current_.emit(event, arguments_of(words))) {
    case socketio::EmitResult::dropped:
      throw UsageError("not sent: too much waits for the connection already");
    case socketio::EmitResult::not_connected:
      throw UsageError("not sent: not connected");
    case socketio::EmitResult::sent:
    case socketio::EmitResult::queued:
      break;
  }
  if (!current_.connected()) show(style_.dim("sent once " + current_.nsp() + " is connected"));
  remember(event);
}

void Console::emit_with_ack(const Words& words) {
  const std::string event = event_name(words.front());
  const auto timeout = std::chrono::milliseconds(command_.ack_timeout_ms);
  const auto arguments = arguments_of(words);
  auto pending = current_.timeout(timeout).emit_with_ack<socketio::Arguments>(event, arguments);
  remember(event);
  ++pending_acks_;
  pending.then([this, event, timeout, nsp = current_.nsp(),
                began = Clock::now()](const socketio::Reply<socketio::Arguments>& reply) {
    --pending_acks_;
    if (session_.finished()) return;
    const std::string what = "ack " + style_.name(to_word(event)) + ' ';
    if (reply) {
      show(what + style_.dim(to_text(Clock::now() - began)) + to_text_list(reply->to_json()), nsp);
    } else if (reply.error() == socketio::Errc::timeout) {
      show(what + style_.bad("none within " + to_text(timeout)), nsp);
    } else {
      show(what + style_.bad(to_text(reply.error())), nsp);
    }
  });
}

// --- Commands ---

void Console::ack(const Words& words) {
  if (words.empty()) throw UsageError("/ack EVENT ARGS…");
  emit_with_ack(words);
}

void Console::help(const Words&) {
  show(
      "EVENT ARGS…              emits; an argument is JSON, a bare word (a string), or @file (its "
      "bytes)");
  show("EVENT ARGS… ?            the same, and shows the acknowledgement");
  for (const Verb& verb : verbs()) {
    std::string usage = verb.usage;
    // "…" takes two more bytes than columns.
    const std::size_t dots = usage.find("…") == std::string::npos ? 0 : 2;
    usage.resize(std::max<std::size_t>(usage.size(), 25 + dots), ' ');
    show(usage + verb.help);
  }
  if (input_->is_terminal()) {
    show(
        "Tab completes events, commands and files; the arrow keys and Ctrl-R find what was typed "
        "before.");
  }
}

void Console::quit(const Words&) { has_quit_ = true; }

void Console::join(const Words& words) {
  if (words.empty() || words.size() > 2) throw UsageError("/join NAMESPACE [AUTH]");
  const std::string name = words.front().starts_with('/') ? words.front() : '/' + words.front();
  if (const auto found = joined_.find(name); found != joined_.end() && words.size() == 1) {
    current_ = found->second;
    if (!current_.active()) current_.connect();
    return;
  }
  const socketio::Auth auth =
      words.size() > 1 ? socketio::Auth(auth_of(words[1])) : command_.target.client_options().auth;
  const bool is_known = attached_.count(name) > 0;
  current_ = session_.client().socket(name, {.auth = auth});
  if (is_known && words.size() > 1) current_.set_auth(auth);
  joined_.emplace(name, current_);
  attach(current_);
  current_.connect();
}

void Console::leave(const Words& words) {
  const std::string name = words.empty()                    ? current_.nsp()
                           : words.front().starts_with('/') ? words.front()
                                                            : '/' + words.front();
  const auto found = joined_.find(name);
  if (found == joined_.end()) throw UsageError("not in " + name);
  const ClientSocket left = found->second;
  if (joined_.size() > 1) joined_.erase(found);
  if (left == current_) current_ = joined_.begin()->second;
  left.disconnect();
}

void Console::connect(const Words& words) {
  if (!words.empty()) current_.set_auth(auth_of(words.front()));
  if (current_.connected()) throw UsageError("connected already");
  current_.connect();
}

void Console::disconnect(const Words&) { current_.disconnect(); }

void Console::status(const Words&) {
  show(command_.target.full_url());
  for (const auto& [name, socket] : joined_) {
    const std::string state = socket.connected()
                                  ? style_.good("connected") + ", id " + socket.id() + ", " +
                                        std::string(socket.transport())
                                  : style_.bad(socket.active() ? "connecting" : "not connected");
    show((socket == current_ ? "* " : "  ") + name + "  " + state);
  }
}

// --- The connection ---

void Console::attach(const ClientSocket& socket) {
  if (!attached_.insert(socket.nsp()).second) return;
  socket.on_any([this, nsp = socket.nsp()](std::string_view event, const json& arguments) {
    remember(event);
    show(style_.dim("<") + ' ' + style_.name(to_word(event)) + to_text_list(arguments), nsp);
  });
  // This is not a cycle: the client releases both the socket and its handlers.
  socket.on_connect([this, socket] { on_connect(socket); });
  socket.on_connect_error(
      [this, socket](const socketio::ConnectionError& error) { on_connect_error(socket, error); });
  socket.on_disconnect(
      [this, socket](socketio::DisconnectReason why) { on_disconnect(socket, why); });
}

void Console::on_connect(const ClientSocket& socket) {
  has_connected_ = true;
  last_error_.clear();
  show(style_.good("connected") +
           style_.dim(", id " + without_controls(socket.id()) + ", " +
                      std::string(socket.transport())) +
           (socket.recovered() ? style_.good(", nothing was missed") : ""),
       socket.nsp());
}

void Console::on_connect_error(const ClientSocket& socket, const socketio::ConnectionError& error) {
  const std::string text = to_text(error);
  const bool will_retry = socket.active() && !command_.target.no_reconnect;
  const std::string_view hint = will_retry              ? "; trying again"
                                : input_->is_terminal() ? "; /connect AUTH asks again"
                                                        : "";
  if (text != last_error_ || !will_retry) {
    show(style_.bad(socket.active() ? "cannot connect: " : "refused: ") + text + style_.dim(hint),
         socket.nsp());
  }
  last_error_ = text;
  end_unless_active(socket);
}

void Console::on_disconnect(const ClientSocket& socket, socketio::DisconnectReason why) {
  if (session_.finished()) return;
  if (why == socketio::DisconnectReason::io_client_disconnect) {
    return show(style_.dim("left " + without_controls(socket.nsp())));
  }
  const std::string_view hint = command_.target.no_reconnect ? ""
                                : socket.active()            ? "; connecting again"
                                : input_->is_terminal()      ? "; /connect joins again"
                                                             : "";
  show(style_.bad("disconnected: ") + std::string(to_string(why)) + style_.dim(hint), socket.nsp());
  end_unless_active(socket);
}

void Console::end_unless_active(const ClientSocket& socket) {
  const bool is_over = command_.target.no_reconnect || (!socket.active() && !input_->is_terminal());
  if (is_over) session_.finish(exit_failed);
}

// --- Showing ---

std::string Console::prompt() const { return current_.nsp() + "> "; }

void Console::show(const std::string& line, std::string_view nsp) {
  const std::string where =
      nsp.empty() || joined_.size() < 2 ? "" : style_.dim("[" + without_controls(nsp) + "] ");
  if (!input_->is_terminal()) return input_->print(where + line);
  const std::string time = clock_time(std::chrono::system_clock::now());
  input_->print(style_.dim(time) + "  " + where + line);
}

}  // namespace sio
