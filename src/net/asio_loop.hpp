// SPDX-License-Identifier: MIT
// AsioLoop: a Loop on a boost::asio::io_context, our own or the user's, which exactly one
// thread runs.
//
// Each of our Asio handlers starts a turn with enter(). The turn ends when everything that was
// ready then has been handled. One steady_timer drives the timing wheel. Life cycle: construct,
// use, stop() before destruction if the io_context lives on.
#pragma once

#include "base/loop.hpp"
#include "net/handler_memory.hpp"
#include "net/platform/poller.hpp"
#include "net/system_entropy.hpp"
#include "net/wake_limit.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <thread>
#include <vector>

namespace socketio::net {

class AsioLoop final : public Loop, public std::enable_shared_from_this<AsioLoop> {
 public:
  /// The buffer for one read, shared by all connections of the loop. Parsers may read the padding
  /// after its end.
  static constexpr std::size_t read_buffer_bytes = 256 * 1024;
  static constexpr std::size_t read_padding_bytes = 64;

  explicit AsioLoop(boost::asio::io_context& context);
  ~AsioLoop() override;

  boost::asio::io_context& context() { return context_; }
  Poller& poller() { return poller_; }
  HandlerMemory& handler_memory() { return *handler_memory_; }
  std::span<char> read_buffer() { return {read_buffer_.data(), read_buffer_bytes}; }
  /// Used to join the small pieces of one stream for one system call.
  std::string& write_buffer() { return write_buffer_; }

  /// Starts a turn: reads the clock and schedules the end of the turn, which runs what is due.
  void enter();
  /// The calling thread is the loop's from now on.
  void adopt_thread();
  /// As long as one of them lives, the calling thread runs the loop, and only it may use what belongs
  /// to the loop. Of a user's io_context nobody knows who runs it.
  class Run {
   public:
    explicit Run(AsioLoop& loop) : loop_(loop) {
      loop_.adopt_thread();
      loop_.is_run_.store(true, std::memory_order_relaxed);
    }
    ~Run() { loop_.is_run_.store(false, std::memory_order_relaxed); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

   private:
    AsioLoop& loop_;
  };
  /// Runs what has been posted so far. Also used at the end of the loop's life.
  void run_posted() override;
  /// Ends the current turn now: runs deferred tasks and flushes streams. Used at the end of the
  /// loop's life.
  void drain() { finish_turn(); }
  /// After this no timer fires and no posted task runs. Loop's thread, or any thread after the
  /// loop has ended.
  void stop();

  /// Each name resolution that is underway holds a copy. The system's resolver cannot be
  /// interrupted, and the destructor of an io_context waits for it.
  const std::shared_ptr<const bool>& resolutions() const { return resolutions_; }

  std::int64_t wall_clock_ms() const override;
  void post(Task task) override;
  bool try_post(Task task, std::size_t bytes) override;
  /// How many bytes of events may wait here. Before other threads post.
  void set_posted_limit(std::size_t limit_bytes) { posted_limit_bytes_ = limit_bytes; }
  /// How often try_post() had no room. Any thread.
  std::uint64_t posts_dropped() const { return posts_dropped_.load(std::memory_order_relaxed); }
  bool has_run_posted() const override { return unfinished_.load(std::memory_order_acquire) == 0; }
  bool is_current() const override;

 private:
  bool may_use() const override { return !is_run_.load(std::memory_order_relaxed) || is_current(); }
  void request_finish_turn() override;
  void begin_turn() override {
    if (!stopped_) request_finish_turn();
  }
  void end_turn();
  void fire_timers();
  void keep_timer_armed();
  void arm_timer();
  void run_due();

  boost::asio::io_context& context_;
  const HandlerMemory::Owner handler_memory_ = HandlerMemory::make();
  SystemEntropy entropy_;
  boost::asio::steady_timer timer_;
  // When timer_ fires.
  TimePoint timer_due_ = TimePoint::max();
  TimePoint next_deadline_ = TimePoint::max();
  WakeLimit wake_limit_;
  Poller poller_;
  std::vector<char> read_buffer_;
  std::string write_buffer_;
  const std::shared_ptr<const bool> resolutions_ = std::make_shared<bool>();
  std::size_t turns_behind_ = 0;
  bool in_turn_ = false;
  bool stopped_ = false;
  // Empty until the loop runs: no thread is current before.
  std::atomic<std::thread::id> thread_{};
  std::atomic<bool> is_run_ = false;

  struct PostedTask {
    Task task;
    std::size_t bytes;
  };
  struct Posted;
  /// Its mutex is locked.
  void add_posted(PostedTask posted);

  std::shared_ptr<Posted> posted_;
  std::size_t posted_limit_bytes_ = std::numeric_limits<std::size_t>::max();
  // Of the events that wait, those of the batch that is being run included. Grows under the mutex.
  std::atomic<std::size_t> posted_bytes_ = 0;
  std::atomic<std::uint64_t> posts_dropped_ = 0;
  // The batch that is being run, and the next of it.
  std::vector<PostedTask> due_;
  std::size_t next_due_ = 0;
  // Posted, and still running or waiting.
  std::atomic<std::size_t> unfinished_ = 0;
};

}  // namespace socketio::net
