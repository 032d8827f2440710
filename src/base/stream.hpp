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
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace socketio {

class Loop;

/// Bytes that many streams may send; made once, never changed.
using SharedBytes = std::shared_ptr<const std::string>;

/// Gets what a stream receives. Each call may write to the stream, close it or replace its handler.
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  /// `bytes` live during the call and may be modified in place. 64 readable bytes follow them.
  virtual void on_bytes(std::span<char> bytes) = 0;
  /// Everything that was queued at Stream::want_drain() has been handed to the kernel.
  virtual void on_drain() {}
  /// The peer has gone, or close() has taken effect. The last call.
  virtual void on_close() = 0;
};

/// Bytes to be sent. Small pieces are copied together. Large shared pieces are kept by reference,
/// and so is a single shared piece, which is what most broadcasts are.
class OutQueue {
 public:
  /// Shared pieces up to this size are copied behind others: that is cheaper than another element
  /// in a gathering write.
  static constexpr std::size_t copy_limit_bytes = 2048;

  /// Where small pieces are appended.
  std::string& tail() {
    if (alone_) enqueue_alone();
    return tail_;
  }
  void append_shared(SharedBytes bytes) {
    if (!empty()) return append_behind(bytes);
    alone_ = std::move(bytes);
  }
  std::size_t size() const;
  bool empty() const { return !alone_ && !pieces_ && tail_.empty(); }
  /// Everything, if it is in one piece: nothing need be joined.
  std::optional<std::string_view> one_piece() const {
    if (alone_) return *alone_;
    if (!pieces_) return tail_;
    if (!tail_.empty() || pieces_->segments.size() != 1) return std::nullopt;
    const Segment& only = pieces_->segments.front();
    return std::string_view(*only.bytes).substr(only.offset);
  }

  /// Calls `use(std::string_view)` for the pieces in order, until it returns false.
  template <class Use>
  void for_each(Use use) const;
  /// Everything is in one buffer, and has that size.
  bool is_tail(std::size_t size) const { return !alone_ && !pieces_ && size == tail_.size(); }
  /// Takes that buffer, for reuse.
  std::string take_tail() { return std::move(tail_); }
  /// Drops `count` bytes from the front.
  void consume(std::size_t count);
  /// The same if that is everything, a single shared piece. Otherwise returns false.
  bool drop_alone(std::size_t count) {
    if (!alone_ || count != alone_->size()) return false;
    alone_.reset();
    return true;
  }
  void clear();

 private:
  struct Segment {
    SharedBytes bytes;
    std::size_t offset = 0;
  };
  struct Pieces {
    std::vector<Segment> segments;
    std::size_t bytes = 0;
  };
  void add_piece(SharedBytes bytes, std::size_t offset = 0);
  /// Moves the single shared piece to where several are kept.
  void enqueue_alone();
  /// Behind what is there.
  void append_behind(const SharedBytes& bytes);
  /// consume() for less than all pieces.
  void consume_piecewise(std::size_t count);

  SharedBytes alone_;               // in front of everything else, which is empty while it is there
  std::unique_ptr<Pieces> pieces_;  // while there are any
  std::string tail_;
};

/// A stream's place in the list of those that wait for the end of the turn. A linked list, because
/// adding a stream must never fail.
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
  /// There must be one.
  FlushLink& take_front() {
    FlushLink& first = *next_;
    next_ = first.next_;
    next_->previous_ = this;
    first.previous_ = first.next_ = nullptr;
    return first;
  }
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
  /// Minimum average rate at which a peer must read what we send, or send what it has announced.
  /// Every network in use is faster: a slower peer means to occupy us.
  static constexpr std::size_t least_bytes_per_second = 1024;
  /// The same rate, as the bytes of such a time.
  static constexpr std::size_t least_bytes(std::chrono::milliseconds time) {
    return least_bytes_per_second * static_cast<std::size_t>(time.count()) / 1000;
  }

  explicit Stream(Loop& loop);
  virtual ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  Loop& loop() { return loop_; }
  void set_handler(std::shared_ptr<StreamHandler> handler) { handler_ = std::move(handler); }
  /// For a handler that another has replaced: what it has read already.
  void pass_on(std::span<char> bytes) {
    const auto handler = handler_;
    if (handler) handler->on_bytes(bytes);
  }

  /// `append(std::string&)` appends what is sent at the end of this turn. If it throws, the stream
  /// closes, because half a message must not be sent.
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
  /// Also closes the stream if it throws.
  void write_shared(const SharedBytes& bytes);

  /// Requests one call of on_drain().
  void want_drain() { drain_wanted_ = true; }
  /// Bytes written that the kernel has not taken yet.
  std::size_t queued_bytes() const { return queue_.size() + below_bytes_; }
  /// Those that the kernel was offered and did not take, because the peer is slow.
  std::size_t refused_bytes() const { return std::min(refused_bytes_, queue_.size()); }
  bool is_open() const { return state_ == State::open; }
  /// Why the system or TLS broke the stream; empty after an orderly end. Set when
  /// on_close() is called.
  const std::error_code& error() const { return error_; }

  /// How long a peer may read less than least_bytes_per_second before it is cut. Zero, the default:
  /// 5 s, and only while closing.
  virtual void set_stall_timeout(std::chrono::milliseconds timeout);
  /// The stream that uses this one for its own bytes (TLS); close_soon() is its to do.
  void set_carried(Stream* carried) { carried_ = carried; }
  /// What is sent is encrypted.
  virtual bool is_secure() const { return false; }

  /// Sends what is queued, then closes. on_close() follows.
  void close_after_flush();
  /// The same, but what the peer has not read after 5 s is lost, even if it reads fast enough: for
  /// a server that is shutting down.
  void close_soon();
  /// Closes at once and drops what is queued. on_close() follows at the end of the turn.
  /// Cannot fail.
  void close();
  /// For contain(): closes.
  void on_exception() noexcept;
  /// Stops and resumes reading: back-pressure on the peer.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  /// The peer's address as text, without its port.
  virtual std::string remote_address() const = 0;

  /// Hands the queue to the kernel, at the end of the turn.
  virtual void flush() = 0;

 protected:
  enum class State : std::uint8_t { open, closing_after_flush, closed };

  /// Closes the descriptor; idempotent.
  virtual void shut() = 0;
  /// Bytes that left the queue and that the peer may not have taken yet.
  virtual std::size_t underway_bytes() const { return 0; }
  /// For platforms that do not know them, where progress shows late and in large steps: how many
  /// stall timeouts a peer gets, and a last attempt to send before it is cut.
  virtual int lapses_allowed() const { return 1; }
  virtual void offer_again() {}
  /// Drops what the kernel has taken. Returns whether that was everything.
  bool consume(std::size_t count) {
    // What most broadcasts are.
    if (!stall_watch_ && queue_.drop_alone(count)) return true;
    consume_pieces(count);
    return queue_.empty();
  }
  /// For flush(): the kernel takes no more for now.
  void wait_for_peer();
  /// For flush(): the kernel has taken everything.
  void stop_waiting();
  /// Ends the stream and calls on_close(), once; exceptions are reported.
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

  struct StallWatch;

  // What each message of a broadcast needs comes first, on as few cache lines as possible.
  Loop& loop_;
  std::uint32_t below_bytes_ = 0;  // TLS: encrypted, and not known to have left the stream below
  State state_ = State::open;
  bool drain_wanted_ = false;
  bool closes_soon_ = false;
  std::unique_ptr<StallWatch> stall_watch_;  // while bytes wait for a peer that may not stall
  OutQueue queue_;
  std::size_t refused_bytes_ = 0;  // by the last flush()
  std::shared_ptr<StreamHandler> handler_;
  std::error_code error_;  // set before finish()

 private:
  friend class Loop;

  std::string& out() {
    std::string& tail = queue_.tail();
    if (tail.empty()) borrow(tail);
    return tail;
  }
  /// Schedules what was appended to be sent at the end of this turn.
  void commit();
  void wait_for_end_of_turn();
  /// Loop only: closes or flushes.
  void finish_turn();
  std::chrono::milliseconds stall_timeout() const;
  void consume_pieces(std::size_t count);
  void begin_stall_watch();
  void on_stall_timeout();

  std::chrono::milliseconds stall_timeout_{0};
  Stream* carried_ = nullptr;
};

template <class Use>
void OutQueue::for_each(Use use) const {
  if (alone_) {
    use(std::string_view(*alone_));
    return;
  }
  if (pieces_) {
    for (const Segment& segment : pieces_->segments) {
      if (!use(std::string_view(*segment.bytes).substr(segment.offset))) return;
    }
  }
  if (!tail_.empty()) use(std::string_view(tail_));
}

}  // namespace socketio
