// SPDX-License-Identifier: MIT
//
// Runs the load and the server alternately. The server is stopped while the load reads and writes;
// while the load waits, the server runs until it has nothing left to do. How many messages the
// server finds in a turn therefore depends only on the scenario, not on scheduling, and two runs
// execute the same instructions. For servers with one thread. At the end the server is stopped, so
// that the load's last messages are never handled in one run and not in another.
#pragma once

#include <string>
#include <sys/types.h>

namespace load {

class Lockstep {
 public:
  explicit Lockstep(pid_t server);

  // Returns when the server is asleep; it is then stopped again.
  void run_server();

 private:
  void send(int signal) const;
  // As in /proc: 'R' running, 'S' asleep, 'T' stopped.
  char state() const;
  void wait_for(char state) const;

  pid_t server_;
  std::string stat_path_;
};

}  // namespace load
