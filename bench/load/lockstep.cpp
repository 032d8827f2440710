// SPDX-License-Identifier: MIT
#include "lockstep.hpp"

#include "usage.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

namespace load {
namespace {

constexpr std::chrono::microseconds pause_between_looks{100};
constexpr std::uint64_t longest_turn_ns = 60'000'000'000;

}  // namespace

Lockstep::Lockstep(pid_t server)
    : server_(server), stat_path_("/proc/" + std::to_string(server) + "/stat") {
  wait_for('S');
  send(SIGSTOP);
  wait_for('T');
}

void Lockstep::run_server() {
  // The kernel makes a process runnable before kill(SIGCONT) returns, so 'S' means that the server
  // has looked at everything that was sent to it.
  send(SIGCONT);
  wait_for('S');
  send(SIGSTOP);
  wait_for('T');
}

void Lockstep::send(int signal) const {
  if (::kill(server_, signal) < 0) throw std::system_error(errno, std::generic_category(), "kill");
}

char Lockstep::state() const {
  std::ifstream file(stat_path_);
  std::string line;
  std::getline(file, line);
  // The program's name may contain spaces and parentheses; the state follows the last parenthesis.
  const std::size_t name_end = line.rfind(") ");
  if (name_end == std::string::npos) throw std::runtime_error("the server has gone");
  return line[name_end + 2];
}

void Lockstep::wait_for(char wanted) const {
  const std::uint64_t deadline = monotonic_ns() + longest_turn_ns;
  while (state() != wanted) {
    if (monotonic_ns() > deadline) throw std::runtime_error("the server does not come to rest");
    std::this_thread::sleep_for(pause_between_looks);
  }
}

}  // namespace load
