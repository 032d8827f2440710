// SPDX-License-Identifier: MIT
// RedisServer: a redis-server of the test's own, on a free port of the loopback interface, with a
// folder that goes with it, and nothing on disk. It can be killed, restarted on the same port, and
// paused. Waiting fails the test after `patience`.
#pragma once

#include "support/certificates.hpp"
#include "support/child_process.hpp"
#include "support/loop_driver.hpp"
#include "support/patience.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace socketio::support {

class RedisServer {
 public:
  struct Options {
    std::string password{};
    /// With TLS, and nothing else: the server's certificate.
    std::optional<Identity> identity{};
    /// It is no Redis, but a sentinel that watches the Redis on this port, which it calls "chat".
    std::uint16_t watches = 0;
    /// Further settings, as redis-server takes them: {"--maxmemory", "2mb"}.
    std::vector<std::string> settings{};
  };

  RedisServer() : RedisServer(Options{}) {}
  explicit RedisServer(Options options) : options_(std::move(options)) { start(); }
  ~RedisServer() {
    if (process_) process_->signal(SIGKILL);
  }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string socket_path() const { return folder_.path() + "/redis.sock"; }
  std::string url() const {
    const std::string credentials = options_.password.empty() ? "" : ":" + options_.password + "@";
    return (options_.identity ? "rediss://" : "redis://") + credentials +
           "127.0.0.1:" + std::to_string(port_);
  }

  /// Starts it after kill(), on the same port.
  void start() {
    for (int attempt = 0; attempt < 5; ++attempt) {
      if (port_ == 0) port_ = port_to_come_back_to();
      process_ = std::make_unique<ChildProcess>(command());
      if (eventually([this] { return is_there() || has_ended(); }) && !has_ended()) return;
      process_.reset();
      port_ = 0;
    }
    ADD_FAILURE() << "redis-server does not start";
  }
  void kill() {
    process_->signal(SIGKILL);
    process_->await_exit();
    process_.reset();
  }
  void pause() { process_->signal(SIGSTOP); }
  void resume() { process_->signal(SIGCONT); }

 private:
  std::vector<std::string> command() const {
    const std::string port = std::to_string(port_);
    std::vector<std::string> words{"/usr/bin/env", "redis-server", "--bind",
                                   "127.0.0.1",    "--save",       "",
                                   "--appendonly", "no",           "--dir",
                                   folder_.path(), "--logfile",    folder_.path() + "/log",
                                   "--unixsocket", socket_path()};
    const auto add = [&](std::initializer_list<std::string> more) {
      words.insert(words.end(), more);
    };
    if (options_.watches != 0) {
      // It keeps its state there.
      std::ofstream(folder_.path() + "/sentinel.conf")
          << "sentinel monitor chat 127.0.0.1 " << options_.watches << " 1\n"
          << "sentinel down-after-milliseconds chat 300\n"
          << "sentinel failover-timeout chat 3000\n";
      words.insert(words.begin() + 2, {folder_.path() + "/sentinel.conf", "--sentinel"});
    }
    if (!options_.password.empty()) add({"--requirepass", options_.password});
    if (options_.identity) {
      add({"--port", "0", "--tls-port", port, "--tls-auth-clients", "no"});
      add({"--tls-cert-file", certificate_->path(), "--tls-key-file", key_->path()});
      add({"--tls-ca-cert-file", certificate_->path()});
    } else {
      add({"--port", port});
    }
    words.insert(words.end(), options_.settings.begin(), options_.settings.end());
    return words;
  }

  /// Whether it has said that it cannot work.
  bool has_ended() const { return !process_ || process_->has_ended(); }
  /// Whether somebody listens who is no other program: the file of the UNIX socket is ours alone.
  bool is_there() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = socket_path();
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers = false;
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      std::array<char, 64> buffer{};
      answers = ::send(descriptor, "PING\r\n", 6, MSG_NOSIGNAL) == 6 &&
                ::recv(descriptor, buffer.data(), buffer.size(), 0) > 0 && buffer[0] != '\0';
    }
    ::close(descriptor);
    return answers;
  }

  const Options options_;
  TemporaryFolder folder_;
  std::unique_ptr<TemporaryFile> certificate_ =
      options_.identity ? std::make_unique<TemporaryFile>(options_.identity->certificate_pem())
                        : nullptr;
  std::unique_ptr<TemporaryFile> key_ =
      options_.identity ? std::make_unique<TemporaryFile>(options_.identity->key_pem()) : nullptr;
  std::uint16_t port_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace socketio::support
