// SPDX-License-Identifier: MIT
// Node: the child process tests/client/server.mjs, one for each test program, which makes the
// servers, proxies and lying servers that a test asks for. Target: one of these, removed together
// with its object. A request throws if something failed there, or if no answer arrived.
//
// Threads: requests from any; a thread of Node reads the answers.
#pragma once

#include "support/log.hpp"

#include <socketio/json.hpp>

#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace socketio::support {

class Node {
 public:
  static Node& instance() {
    static Node node;
    return node;
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  json ask(json request) {
    std::unique_lock lock(mutex_);
    const int id = ++asked_;
    request["id"] = id;
    const std::string line = request.dump() + "\n";
    for (std::size_t sent = 0; sent < line.size();) {
      const ssize_t n = ::send(socket_, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) throw std::runtime_error(gone);
      sent += static_cast<std::size_t>(n);
    }
    const bool came =
        answered_.wait_for(lock, patience, [&] { return answers_.count(id) || ended_; });
    const auto answer = answers_.extract(id);
    if (!answer) throw std::runtime_error(came ? gone : "no answer of tests/client/server.mjs");
    if (answer.mapped().contains("error")) throw std::runtime_error(answer.mapped()["error"]);
    return answer.mapped()["result"];
  }
  /// What a target reports without being asked.
  std::shared_ptr<Log> log(int target) {
    const std::lock_guard lock(mutex_);
    auto& log = logs_[target];
    if (!log) log = std::make_shared<Log>();
    return log;
  }
  /// Stops the process, with all its servers. The system still accepts connections and
  /// bytes for it.
  void freeze() const { ::kill(process_, SIGSTOP); }
  void thaw() const { ::kill(process_, SIGCONT); }

 private:
  // The path of tests/client/server.mjs.
  static const char* const script;

  static constexpr const char* gone =
      "tests/client/server.mjs does not run: it needs Node.js, and its packages: ./dev test client";

  Node() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      throw std::runtime_error("no socket pair");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string node = "node";
    std::string path = script;
    char* const arguments[] = {node.data(), path.data(), nullptr};
    const int error = ::posix_spawnp(&process_, "node", &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    socket_ = ends[0];
    if (error != 0) throw std::runtime_error(gone);
    reader_ = std::thread([this] { read(); });
  }
  ~Node() {
    thaw();
    ::shutdown(socket_, SHUT_RDWR);
    reader_.join();
    ::waitpid(process_, nullptr, 0);
    ::close(socket_);
  }

  void read() {
    std::string input;
    char bytes[65536];
    for (ssize_t n = 0; (n = ::recv(socket_, bytes, sizeof bytes, 0)) > 0;) {
      input.append(bytes, static_cast<std::size_t>(n));
      std::size_t begin = 0;
      for (std::size_t end = 0; (end = input.find('\n', begin)) != std::string::npos;
           begin = end + 1)
        take(json::parse(input.begin() + static_cast<std::ptrdiff_t>(begin),
                         input.begin() + static_cast<std::ptrdiff_t>(end)));
      input.erase(0, begin);
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    answered_.notify_all();
  }
  void take(json line) {
    if (line.contains("saw")) {
      log(line["target"])->add(line["saw"]);
      return;
    }
    const std::lock_guard lock(mutex_);
    const int id = line["id"];
    answers_[id] = std::move(line);
    answered_.notify_all();
  }

  pid_t process_ = -1;
  int socket_ = -1;
  std::thread reader_;
  std::mutex mutex_;
  std::condition_variable answered_;
  std::map<int, json> answers_;
  std::map<int, std::shared_ptr<Log>> logs_;
  int asked_ = 0;
  bool ended_ = false;
};

class Target {
 public:
  Target(const std::string& kind, const json& options) {
    const json made = Node::instance().ask({{"do", "make"}, {"kind", kind}, {"options", options}});
    id_ = made["target"];
    port = made["port"];
    log = Node::instance().log(id_);
  }
  ~Target() {
    try {
      ask("drop");
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  json ask(const std::string& action, json request = json::object()) {
    request["target"] = id_;
    request["do"] = action;
    return Node::instance().ask(std::move(request));
  }
  /// What it has reported until now, restricted to lines that begin with `prefix`.
  Log::Lines said(std::string_view prefix) const {
    // Answers and reports arrive in order, so nothing is missing after this answer.
    Node::instance().ask({{"do", "nothing"}});
    return log->lines(prefix);
  }
  /// "http://127.0.0.1:<port>" followed by `rest`.
  std::string url(const std::string& rest = "", const std::string& scheme = "http",
                  const std::string& host = "127.0.0.1") const {
    return scheme + "://" + host + ":" + std::to_string(port) + rest;
  }

  std::uint16_t port = 0;
  std::shared_ptr<Log> log;

 private:
  int id_ = 0;
};

/// The official server; see support/official_server.mjs.
struct OfficialServer : Target {
  explicit OfficialServer(const json& io = json::object(), json options = json::object())
      : Target("official", with(std::move(options), "io", io)) {}

  /// The requests whose method is `method`: "GET", "POST" or "UPGRADE".
  json requests(const std::string& method) {
    json found = json::array();
    for (const json& request : ask("requests"))
      if (request["method"] == method) found.push_back(request);
    return found;
  }
  void emit(const std::string& event, const json& arguments = json::array(),
            json request = json::object()) {
    request["event"] = event;
    request["args"] = arguments;
    ask("emit", std::move(request));
  }

 private:
  static json with(json options, const char* name, const json& value) {
    options[name] = value;
    return options;
  }
};

/// The official Engine.IO server; see support/official_engine.mjs.
struct OfficialEngine : Target {
  explicit OfficialEngine(const json& options = json::object()) : Target("engine", options) {}
};

/// A server that violates the protocol as a script says; see support/liar.mjs.
struct Liar : Target {
  explicit Liar(const json& script) : Target("liar", script) {}
};

/// A relay that can lose the network.
struct Relay : Target {
  explicit Relay(std::uint16_t to) : Target("relay", {{"to", to}}) {}
};

/// Stops the process as long as this object lives.
struct Frozen {
  Frozen() { Node::instance().freeze(); }
  ~Frozen() { Node::instance().thaw(); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;
};

}  // namespace socketio::support
