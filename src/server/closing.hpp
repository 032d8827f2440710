// SPDX-License-Identifier: MIT
// Closing: who waits for the end of a server, and when that is: when it was closed and has no open
// stream any more, on any of its loops.
//
// Life cycle: made with its worker -> begin() -> complete(), which comes by itself if the loop is
// run. Loop's thread, except closed().
#pragma once

#include "base/loop.hpp"
#include "net/tcp_stream.hpp"

#include <socketio/server_base.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace socketio::server {

class Closing final : private Deadline {
 public:
  /// `report` is called while what a callback has thrown is being handled.
  Closing(Loop& loop, std::shared_ptr<net::OpenStreams> streams, std::function<void()> report);
  ~Closing() override;

  /// Any thread.
  Pending<Closed> closed();
  /// It also waits for so many other loops, each of which says when it has ended.
  void await_others(std::size_t loops) { others_ = loops; }
  void on_other_end();
  /// No stream is opened after this.
  void begin();
  /// Calls back all who wait; who asks later does not wait. They may destroy their server, and this
  /// with it, if whoever runs the loop keeps it.
  void complete() noexcept;

 private:
  /// Some time after the last stream has ended, because this is not for the code that ends it.
  void expired() noexcept override { complete(); }

  void end_if_last();

  Loop& loop_;
  const std::shared_ptr<net::OpenStreams> streams_;
  const std::function<void()> report_;
  std::size_t others_ = 0;
  bool has_begun_ = false;
  std::mutex mutex_;
  bool is_complete_ = false;
  std::vector<Pending<Closed>> waiting_;
};

}  // namespace socketio::server
