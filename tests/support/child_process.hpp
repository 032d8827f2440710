// SPDX-License-Identifier: MIT
// ChildProcess: a program under test, on pipes or on a terminal of its own. Every wait has a
// deadline; the destructor kills the program if it is still running.
#pragma once

#include "support/patience.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <poll.h>
#include <pty.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace socketio::support {

class ChildProcess {
 public:
  enum class On { pipes, terminal };
  using Environment = std::vector<std::pair<std::string, std::string>>;

  explicit ChildProcess(std::vector<std::string> command, On on = On::pipes,
                        const Environment& environment = {}) {
    on == On::terminal ? start_on_terminal(command, environment)
                       : start_on_pipes(command, environment);
  }
  ~ChildProcess() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    for (int* fd : {&input_, &output_, &error_}) close_fd(*fd);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void type(std::string_view text) {
    EXPECT_EQ(write(input_, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end_input() { close_fd(input_); }
  void end_output() { close_fd(output_); }
  void signal(int number) { kill(pid_, number); }

  /// What the program has printed. On a terminal this includes stderr.
  const std::string& out() const { return out_; }
  const std::string& err() const { return err_; }
  void forget_output() { out_.clear(); }

  /// False if the program ended, or the deadline passed, before it printed `text`.
  bool await_output(std::string_view text) {
    return read_until([&] { return out_.find(text) != std::string::npos; });
  }
  bool await_error(std::string_view text) {
    return read_until([&] { return err_.find(text) != std::string::npos; });
  }
  bool has_ended() const {
    siginfo_t state{};
    return pid_ == 0 ||
           waitid(P_PID, static_cast<id_t>(pid_), &state, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           state.si_pid != 0;
  }
  /// The exit code, or the negative number of the signal that killed it.
  int await_exit() {
    EXPECT_FALSE(read_until([] { return false; }, Until::end)) << out_ << err_;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > deadline) {
        ADD_FAILURE() << "it does not end: " << out_ << err_;
        return -1000;
      }
      poll(nullptr, 0, 1);
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  enum class Until { met, end };

  static void close_fd(int& fd) {
    if (fd >= 0) close(fd);
    fd = -1;
  }

  [[noreturn]] static void execute(std::vector<std::string>& command,
                                   const Environment& environment) {
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    execv(words.front(), words.data());
    _exit(127);
  }

  void start_on_pipes(std::vector<std::string>& command, const Environment& environment) {
    std::array<std::array<int, 2>, 3> pipes{};
    for (auto& ends : pipes) {
      if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
    }
    pid_ = fork();
    if (pid_ == 0) {
      dup2(pipes[0][0], STDIN_FILENO);
      dup2(pipes[1][1], STDOUT_FILENO);
      dup2(pipes[2][1], STDERR_FILENO);
      execute(command, environment);
    }
    close(pipes[0][0]);
    close(pipes[1][1]);
    close(pipes[2][1]);
    input_ = pipes[0][1];
    output_ = pipes[1][0];
    error_ = pipes[2][0];
  }

  void start_on_terminal(std::vector<std::string>& command, const Environment& environment) {
    winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    pid_ = forkpty(&output_, nullptr, nullptr, &size);
    if (pid_ == 0) execute(command, environment);
    input_ = dup(output_);
  }

  /// Appends one read of `fd` to `text`; closes `fd` at its end.
  static void take(int& fd, std::string& text) {
    std::array<char, 4096> piece;
    const ssize_t size = read(fd, piece.data(), piece.size());
    if (size > 0) {
      text.append(piece.data(), static_cast<std::size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      // A terminal whose program has ended reports EIO.
      close_fd(fd);
    }
  }

  bool read_until(const std::function<bool()>& met, Until until = Until::met) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!met()) {
      if (output_ < 0 && error_ < 0) return false;
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return until == Until::end;
      std::array<pollfd, 2> ready{{{output_, POLLIN, 0}, {error_, POLLIN, 0}}};
      poll(ready.data(), ready.size(), static_cast<int>(left.count()));
      if (ready[0].revents != 0) take(output_, out_);
      if (ready[1].revents != 0) take(error_, err_);
    }
    return true;
  }

  pid_t pid_ = 0;
  int input_ = -1;
  int output_ = -1;
  int error_ = -1;
  std::string out_;
  std::string err_;
};

}  // namespace socketio::support
