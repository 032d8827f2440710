// SPDX-License-Identifier: MIT
//
// The load and the server in turns: the server is stopped while the load reads and writes, and runs
// until it has nothing left to do while the load waits. How many messages a turn of the server
// finds then depends on the scenario alone, not on who was scheduled when, so that two runs execute
// the same instructions. For servers of one thread. Who ends the server finds it stopped: what the
// load sent last is never handled at one time and lost at another.
#pragma once

#include <string>
#include <sys/types.h>

namespace load {

class Lockstep {
 public:
  explicit Lockstep(pid_t server);

  // Returns when the server sleeps, stopped again.
  void run_server();

 private:
  void send(int signal) const;
  // As /proc tells it: 'R' running, 'S' asleep, 'T' stopped.
  char state() const;
  void wait_for(char state) const;

  pid_t server_;
  std::string stat_path_;
};

}  // namespace load
