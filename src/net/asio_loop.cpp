// SPDX-License-Identifier: MIT
#include "net/asio_loop.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace socketio::net {

/// Tasks from other threads. They run in batches: one wake-up serves all that are posted before
/// the loop looks.
struct AsioLoop::Posted {
  std::mutex mutex;
  std::vector<PostedTask> tasks;
};

AsioLoop::AsioLoop(boost::asio::io_context& context)
    : Loop(std::chrono::steady_clock::now(), entropy_),
      context_(context),
      timer_(context),
      poller_(context, *handler_memory_, [this] { enter(); }),
      read_buffer_(read_buffer_bytes + read_padding_bytes),
      posted_(std::make_shared<Posted>()) {}

AsioLoop::~AsioLoop() = default;

void AsioLoop::adopt_thread() {
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

bool AsioLoop::is_current() const {
  return thread_.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

std::int64_t AsioLoop::wall_clock_ms() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void AsioLoop::enter() {
  // On a user's io_context, this is the only way to learn which thread runs it.
  adopt_thread();
  request_finish_turn();
}

void AsioLoop::request_finish_turn() {
  if (in_turn_) return;
  timers_.set_now(std::chrono::steady_clock::now());
  // Asio runs handlers in order, so the turn ends after everything that was ready before this.
  boost::asio::post(context_, kept_in(*handler_memory_, [self = weak_from_this()] {
                      if (const auto loop = self.lock()) loop->end_turn();
                    }));
  in_turn_ = true;
}

void AsioLoop::end_turn() {
  adopt_thread();
  fire_timers();
  finish_turn();
  in_turn_ = false;
  keep_timer_armed();
}

/// Runs what was due when the turn began, but only after reading the sockets: after a long stall,
/// the answers that seem to be missing are in their buffers already.
void AsioLoop::fire_timers() {
  constexpr std::size_t turns_to_catch_up = 256;
  if (poller_.take_full() && ++turns_behind_ < turns_to_catch_up) return;
  turns_behind_ = 0;
  const TimePoint now = timers_.now();
  if (now < wake_limit_.free_at()) return;
  if (next_deadline_ <= now) wake_limit_.count(now);
  timers_.advance(now);
}

void AsioLoop::keep_timer_armed() {
  try {
    arm_timer();
  } catch (...) {
    report_exception();
    // The end of that turn tries again.
    request_finish_turn();
  }
}

void AsioLoop::arm_timer() {
  if (stopped_) return;
  const auto next = timers_.next_deadline();
  next_deadline_ = next.value_or(TimePoint::max());
  // A timer that nobody needs would keep the io_context running.
  if (!next) {
    if (std::exchange(timer_due_, TimePoint::max()) != TimePoint::max()) timer_.cancel();
    return;
  }
  // If the armed timer fires earlier, it need not be set again: it checks when it fires.
  const TimePoint wake = std::max(*next, wake_limit_.free_at());
  if (timer_due_ <= wake) return;
  timer_due_ = TimePoint::max();
  timer_.expires_at(wake);
  timer_.async_wait(
      kept_in(*handler_memory_, [self = weak_from_this()](const boost::system::error_code& error) {
        const auto loop = self.lock();
        if (!loop || error || loop->stopped_) return;
        loop->timer_due_ = TimePoint::max();
        loop->enter();
      }));
  timer_due_ = wake;
}

void AsioLoop::post(Task task) {
  const std::lock_guard lock(posted_->mutex);
  add_posted({std::move(task), 0});
}

bool AsioLoop::try_post(Task task, std::size_t bytes) {
  const std::lock_guard lock(posted_->mutex);
  const std::size_t waiting = posted_bytes_.load(std::memory_order_relaxed);
  // A larger event than the limit passes alone, as it does on the loop itself.
  const bool is_full =
      waiting != 0 && bytes > posted_limit_bytes_ - std::min(waiting, posted_limit_bytes_);
  if (is_full || posted_limit_bytes_ == 0) {
    posts_dropped_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  add_posted({std::move(task), bytes});
  posted_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  return true;
}

void AsioLoop::add_posted(PostedTask posted) {
  // The wake-up comes first: a task without a wake-up would prevent the wake-up of all later tasks.
  if (posted_->tasks.empty()) {
    boost::asio::post(context_, [self = weak_from_this()] {
      if (const auto loop = self.lock()) loop->run_posted();
    });
  }
  posted_->tasks.push_back(std::move(posted));
  unfinished_.fetch_add(1, std::memory_order_relaxed);
}

void AsioLoop::run_posted() {
  enter();
  // A task may call this. What has been posted before the rest of its batch comes behind that.
  run_due();
  {
    const std::lock_guard lock(posted_->mutex);
    due_.swap(posted_->tasks);
  }
  run_due();
}

void AsioLoop::run_due() {
  // So much memory is kept for the next batch.
  constexpr std::size_t kept_tasks = 1'024;
  std::size_t count = 0;
  while (next_due_ < due_.size()) {
    const PostedTask posted = std::move(due_[next_due_++]);
    if (posted.bytes != 0) posted_bytes_.fetch_sub(posted.bytes, std::memory_order_relaxed);
    run(posted.task);
    ++count;
  }
  next_due_ = 0;
  due_.clear();
  if (due_.capacity() > kept_tasks) due_ = std::vector<PostedTask>();
  if (count > 0) unfinished_.fetch_sub(count, std::memory_order_release);
}

void AsioLoop::stop() {
  stopped_ = true;
  timer_.cancel();
  poller_.stop();
  // Destroyed here, without the lock, because destroying a task may post another.
  next_due_ = 0;
  const auto due = std::exchange(due_, {});
  std::vector<PostedTask> posted;
  const std::lock_guard lock(posted_->mutex);
  posted.swap(posted_->tasks);
}

}  // namespace socketio::net
