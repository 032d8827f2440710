// SPDX-License-Identifier: MIT
// Players of the arena that are programs: each is a socketio::Client as anybody's, over WebSocket,
// and knows nothing but what it is sent. All share one thread, which gives each its turn.
//
// set_count() may be called from any thread. The destructor ends all, and the thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>

namespace showcase {

class ArenaBots {
 public:
  static constexpr std::size_t limit = 50;

  /// `url` of the server, without a namespace.
  explicit ArenaBots(std::string url);
  ~ArenaBots();
  ArenaBots(const ArenaBots&) = delete;
  ArenaBots& operator=(const ArenaBots&) = delete;

  /// How many there shall be, up to the limit: they come and go soon, not at once.
  void set_count(std::size_t count);

 private:
  void run();

  const std::string url_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t wanted_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace showcase
