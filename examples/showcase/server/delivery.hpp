// SPDX-License-Identifier: MIT
// Delivery: numbers that travel over connections which break. The server tells them to /delivery,
// and so does a second server in this process, which has connection state recovery: that is an
// option of a whole server, and all other applications do without. What clients tell
// /delivery/retries is counted.
//
// Construct it before the server runs; it must outlive the server's run. Handlers run on the loops of
// their sockets; the second server has a thread of its own.
#pragma once

#include "arrivals.hpp"
#include "own_clients.hpp"

#include <socketio/server.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>

namespace showcase {

/// Tells the clients of one server in /delivery the next number, 10 times a second: while somebody is
/// there, and for as long afterwards as they may come back. On that server's first loop.
class Numbers {
 public:
  explicit Numbers(socketio::Server& io);

 private:
  void tell_next();

  socketio::Namespace everybody_;
  OwnClients clients_;
  std::chrono::steady_clock::time_point wanted_until_;
  std::uint64_t last_ = 0;
};

class Delivery {
 public:
  explicit Delivery(socketio::Server& io);
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// From now on the second server listens there, too. Returns the port.
  std::uint16_t serve_recovery(std::uint16_t port);

 private:
  std::uint16_t recovery_port_ = 0;
  Numbers numbers_;
  std::mutex mutex_;  // for arrivals_
  Arrivals arrivals_;
  socketio::Server recovering_;
  Numbers recovered_numbers_;
  std::thread recovering_thread_;
};

}  // namespace showcase
