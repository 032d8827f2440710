// SPDX-License-Identifier: MIT
// Stream: one ordered, reliable byte stream to a peer, as the protocol code sees it: a TCP
// connection, TLS, or a pipe in a simulation. What is written during a turn of the loop is gathered
// and leaves in one system call at its end.
//
// Life cycle: made by a listener or a pipe, given a StreamHandler, which gets bytes until exactly
// one on_close(). After close() or on_close() writes are ignored. One thread: the loop's.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio {

class Loop;

/// Bytes that many streams may send; made once, never changed.
using SharedBytes = std::shared_ptr<const std::string>;

/// Gets what a stream receives. A call may write to the stream, close it, or replace its handler.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  /// `bytes` may be modified in place and live only during the call; 64 readable bytes follow them.
  virtual void on_bytes(std::span<char> bytes) = 0;
  /// What was queued at Stream::want_drain() has been handed to the kernel.
  virtual void on_drain() {}
  /// The peer is gone or close() was carried out; the last call.
  virtual void on_close() = 0;
};

/// Bytes on their way out: small pieces are copied together, large shared ones are kept by
/// reference, and so is a shared piece that is alone, as most broadcasts are.
class OutQueue {
 public:
  /// Shared pieces up to this size are copied behind others: cheaper than one more element of a
  /// gathering write.
  static constexpr std::size_t copy_limit_bytes = 2048;

  /// Where small pieces are appended.
  std::string& tail() {
    if (alone_) settle_alone();
    return tail_;
  }
  void append_shared(SharedBytes bytes);
  std::size_t size() const;
  bool empty() const { return !alone_ && segments_.empty() && tail_.empty(); }
  /// Putting it together would only copy.
  bool is_one_piece() const {
    return segments_.size() + (alone_ ? 1 : 0) + (tail_.empty() ? 0 : 1) == 1;
  }

  /// Calls `use(std::string_view)` for the pieces in order, until it returns false.
  template <class Use>
  void for_each(Use use) const;
  /// All of it in one buffer that is to be used again, if it is; empties the queue then.
  bool take_tail(std::size_t size, std::string& buffer);
  /// Drops `count` bytes from the front.
  void consume(std::size_t count);
  void clear();

 private:
  struct Segment {
    SharedBytes bytes;
    std::size_t offset = 0;
  };
  /// Makes the lone piece one of several.
  void settle_alone();
  void append_behind(SharedBytes bytes);

  SharedBytes alone_;  // in front of everything else, which is empty while it is there
  std::vector<Segment> segments_;
  std::size_t segment_bytes_ = 0;
  std::string tail_;
};

/// A stream's place among those that wait for the end of the turn. Linked, since to put a stream
/// there must never fail.
class FlushLink {
 public:
  FlushLink() = default;
  FlushLink(const FlushLink&) = delete;
  FlushLink& operator=(const FlushLink&) = delete;

  bool is_linked() const { return next_ != nullptr; }
  void unlink() {
    if (!is_linked()) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }

 protected:
  ~FlushLink() { unlink(); }

 private:
  friend class FlushList;
  FlushLink* previous_ = nullptr;
  FlushLink* next_ = nullptr;
};

class FlushList : private FlushLink {
 public:
  FlushList() { previous_ = next_ = this; }
  ~FlushList() {
    while (!empty()) next_->unlink();
    previous_ = next_ = nullptr;
  }

  bool empty() const { return next_ == this; }
  FlushLink& front() { return *next_; }
  void push_back(FlushLink& link) {
    link.previous_ = previous_;
    link.next_ = this;
    previous_->next_ = &link;
    previous_ = &link;
  }
  /// `other` moves to the end of this list.
  void take(FlushList& other) {
    if (other.empty()) return;
    previous_->next_ = other.next_;
    other.next_->previous_ = previous_;
    other.previous_->next_ = this;
    previous_ = other.previous_;
    other.previous_ = other.next_ = &other;
  }
};

class Stream : public std::enable_shared_from_this<Stream>, private FlushLink {
 public:
  /// What a peer has to take of what it is owed, on the average of its stall timeout, or to bring
  /// of what it owes. Slower than any network in use: below are those who mean to occupy us.
  static constexpr std::size_t least_bytes_per_second = 1024;
  /// What that is in such a time.
  static constexpr std::size_t least_bytes(std::chrono::milliseconds time) {
    return least_bytes_per_second * static_cast<std::size_t>(time.count()) / 1000;
  }

  explicit Stream(Loop& loop);
  virtual ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Loop& loop() { return loop_; }
  void set_handler(std::shared_ptr<StreamHandler> handler) { handler_ = std::move(handler); }

  /// Calls `append(std::string&)` for what is to be sent at the end of this turn. If that throws,
  /// the stream closes: a part of a message must not leave.
  template <class Append>
  void write_with(Append append) {
    try {
      append(out());
    } catch (...) {
      close();
      throw;
    }
    commit();
  }
  void write(std::string_view bytes) {
    write_with([bytes](std::string& out) { out.append(bytes); });
  }
  /// Closes, too, if it throws.
  void write_shared(const SharedBytes& bytes);

  /// Asks for one on_drain().
  void want_drain() { drain_wanted_ = true; }
  /// Bytes written and not yet taken by the kernel.
  std::size_t queued_bytes() const { return queue_.size() + below_bytes_; }
  /// Those of them that it was offered and did not take: what the peer is slow about.
  std::size_t refused_bytes() const { return std::min(refused_bytes_, queue_.size()); }
  bool is_open() const { return state_ == State::open; }
  /// What broke the stream, if the environment or TLS did; empty after an orderly end. Known
  /// in on_close().
  const std::error_code& error() const { return error_; }

  /// From now on a peer that does not take least_bytes_per_second for that long is cut; zero, as at
  /// first: only while we are closing, after 5 s.
  void set_stall_timeout(std::chrono::milliseconds timeout);

  /// Sends what is queued, then closes. on_close() follows.
  void close_after_flush();
  /// The same, but what the peer has not taken after 5 s is lost however well it reads: for a
  /// server that ends.
  void close_soon();
  /// Closes at once; what is queued is lost. on_close() comes at the end of the turn. Cannot fail.
  void close();
  /// For contain(): closes.
  void on_exception() noexcept;
  /// Stops and resumes reading: back-pressure on the peer.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  /// Text of the peer's address, without port.
  virtual std::string remote_address() const = 0;

  /// Hands the queue to the kernel, at the end of the turn.
  virtual void flush() = 0;

 protected:
  enum class State : std::uint8_t { open, closing_after_flush, closed };

  /// Closes the descriptor; idempotent.
  virtual void shut() = 0;
  /// Bytes that were consumed and that the peer is not known to have taken.
  virtual std::size_t underway_bytes() const { return 0; }
  /// Where those cannot be known: how many stall timeouts a peer has, since what it takes shows
  /// late and in lumps; and a last offer of the queue before it is judged.
  virtual int lapses_allowed() const { return 1; }
  virtual void offer_again() {}
  /// Drops what the kernel has taken.
  void consume(std::size_t count);
  /// For flush(): the peer takes no more for now.
  void wait_for_peer();
  /// For flush(): it has taken everything.
  void stop_waiting();
  /// Ends the stream and tells the handler, once; what that throws is reported.
  void finish() noexcept;
  /// The queue has become empty.
  void notify_drained() {
    refused_bytes_ = 0;
    if (stall_watch_) stop_waiting();
    if (!drain_wanted_) return;
    drain_wanted_ = false;
    const auto handler = handler_;
    if (handler) handler->on_drain();
  }

  void borrow(std::string& buffer);

  Loop& loop_;
  OutQueue queue_;
  std::size_t refused_bytes_ = 0;  // by the last flush()
  std::shared_ptr<StreamHandler> handler_;
  std::error_code error_;          // set before finish()
  std::uint32_t below_bytes_ = 0;  // TLS: encrypted, and not known to have left the stream below
  State state_ = State::open;
  bool drain_wanted_ = false;

 private:
  friend class Loop;
  struct StallWatch;

  std::string& out() {
    std::string& tail = queue_.tail();
    if (tail.empty()) borrow(tail);
    return tail;
  }
  /// Has what was appended sent at the end of this turn.
  void commit();
  void wait_for_end_of_turn();
  /// Loop only: closes or flushes.
  void finish_turn();
  std::chrono::milliseconds stall_timeout() const;
  void begin_stall_watch();
  void on_stall_timeout();

  bool closes_soon_ = false;
  std::chrono::milliseconds stall_timeout_{0};
  std::unique_ptr<StallWatch> stall_watch_;  // while bytes wait for a peer that may not stall
};

template <class Use>
void OutQueue::for_each(Use use) const {
  if (alone_) {
    use(std::string_view(*alone_));
    return;
  }
  for (const Segment& segment : segments_) {
    if (!use(std::string_view(*segment.bytes).substr(segment.offset))) return;
  }
  if (!tail_.empty()) use(std::string_view(tail_));
}

}  // namespace socketio
