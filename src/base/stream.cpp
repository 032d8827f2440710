// SPDX-License-Identifier: MIT
#include "base/stream.hpp"

#include "base/loop.hpp"

#include <utility>

namespace socketio {

void OutQueue::enqueue_alone() {
  const SharedBytes alone = std::exchange(alone_, nullptr);
  append_behind(alone);
}

void OutQueue::add_piece(SharedBytes bytes, std::size_t offset) {
  auto made = pieces_ ? nullptr : std::make_unique<Pieces>();
  Pieces& pieces = made ? *made : *pieces_;
  const std::size_t left = bytes->size() - offset;
  pieces.segments.push_back({std::move(bytes), offset});
  pieces.bytes += left;
  if (made) pieces_ = std::move(made);
}

void OutQueue::append_behind(const SharedBytes& bytes) {
  if (alone_) enqueue_alone();
  if (bytes->size() <= copy_limit_bytes) {
    tail_.append(*bytes);
    return;
  }
  if (!tail_.empty()) add_piece(std::make_shared<const std::string>(std::exchange(tail_, {})));
  add_piece(bytes);
}

std::size_t OutQueue::size() const {
  return (alone_ ? alone_->size() : 0) + (pieces_ ? pieces_->bytes : 0) + tail_.size();
}

void OutQueue::consume(std::size_t count) {
  if (alone_) {
    const SharedBytes alone = std::exchange(alone_, nullptr);
    if (count < alone->size()) add_piece(alone, count);
    return;
  }
  if (pieces_ && count < pieces_->bytes) return consume_piecewise(count);
  if (pieces_) count -= pieces_->bytes;
  pieces_.reset();
  if (count == tail_.size()) {
    std::string().swap(tail_);  // an idle connection keeps no memory; assigning would
  } else if (count != 0) {
    add_piece(std::make_shared<const std::string>(std::exchange(tail_, {})), count);
  }
}

void OutQueue::consume_piecewise(std::size_t count) {
  auto& segments = pieces_->segments;
  pieces_->bytes -= count;
  auto first = segments.begin();
  while (count >= first->bytes->size() - first->offset) {
    count -= first->bytes->size() - first->offset;
    ++first;
  }
  first->offset += count;
  segments.erase(segments.begin(), first);
}

void OutQueue::clear() {
  alone_.reset();
  pieces_.reset();
  std::string().swap(tail_);
}

namespace {

// How long a peer may leave our last words alone, unless it is told otherwise.
constexpr std::chrono::seconds closing_stall_timeout{5};

}  // namespace

struct Stream::StallWatch {
  explicit StallWatch(Stream& stream) : timer(stream) {}
  MemberTimer<Stream, &Stream::on_stall_timeout> timer;
  std::size_t consumed_bytes = 0;         // since the timer was armed
  std::size_t underway_bytes_before = 0;  // when the timer was armed
  int lapses = 0;                         // how often in a row it was too little
};

Stream::Stream(Loop& loop) : loop_(loop) {}

void Stream::borrow(std::string& buffer) {
  if (buffer.capacity() < sizeof(std::string)) loop_.take_buffer(buffer);
}

void Stream::consume_pieces(std::size_t count) {
  if (stall_watch_) stall_watch_->consumed_bytes += count;
  if (queue_.is_tail(count)) {
    loop_.give_back(queue_.take_tail());
  } else {
    queue_.consume(count);
  }
}

Stream::~Stream() { loop_.forget(*this); }

void Stream::commit() {
  if (state_ == State::closed) {
    queue_.clear();
    return;
  }
  wait_for_end_of_turn();
}

void Stream::wait_for_end_of_turn() {
  if (!is_linked()) loop_.schedule_flush(*this);
}

void Stream::finish_turn() { state_ == State::closed ? finish() : flush(); }

void Stream::write_shared(const SharedBytes& bytes) {
  try {
    queue_.append_shared(bytes);
  } catch (...) {
    close();
    throw;
  }
  commit();
}

void Stream::close_after_flush() {
  if (state_ != State::open) return;
  state_ = State::closing_after_flush;
  wait_for_end_of_turn();
}

void Stream::close_soon() {
  if (carried_) return carried_->close_soon();
  closes_soon_ = true;
  stall_timeout_ = closing_stall_timeout;
  if (stall_watch_) begin_stall_watch();
  close_after_flush();
}

void Stream::set_stall_timeout(std::chrono::milliseconds timeout) {
  stall_timeout_ = timeout;
  stall_watch_.reset();
  if (!queue_.empty()) commit();  // flush() sees whether it waits
}

std::chrono::milliseconds Stream::stall_timeout() const {
  if (stall_timeout_ == stall_timeout_.zero() && state_ != State::open)
    return closing_stall_timeout;
  return stall_timeout_;
}

void Stream::wait_for_peer() {
  refused_bytes_ = queue_.size();
  if (!stall_watch_ && stall_timeout() != stall_timeout_.zero()) begin_stall_watch();
}

void Stream::begin_stall_watch() {
  if (!stall_watch_) stall_watch_ = std::make_unique<StallWatch>(*this);
  stall_watch_->consumed_bytes = 0;
  stall_watch_->underway_bytes_before = underway_bytes();
  loop_.timers().arm(stall_watch_->timer, stall_timeout());
}

void Stream::stop_waiting() { stall_watch_.reset(); }

void Stream::on_stall_timeout() {
  offer_again();
  if (!stall_watch_) return;  // it has taken everything, or the stream has ended
  const bool reads = stall_watch_->underway_bytes_before + stall_watch_->consumed_bytes >=
                     underway_bytes() + least_bytes(stall_timeout());
  if (reads) stall_watch_->lapses = 0;
  if (closes_soon_ || (!reads && ++stall_watch_->lapses >= lapses_allowed())) return finish();
  begin_stall_watch();
}

void Stream::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  queue_.clear();
  // Not from inside the caller: it may be in the middle of changing its own state.
  wait_for_end_of_turn();
}

void Stream::on_exception() noexcept {
  close();
  loop_.report_exception();
}

void Stream::finish() noexcept {
  const auto self = shared_from_this();
  state_ = State::closed;
  queue_.clear();
  stop_waiting();
  shut();
  const auto handler = std::exchange(handler_, nullptr);
  if (!handler) return;
  try {
    handler->on_close();
  } catch (...) {
    loop_.report_exception();
  }
}

}  // namespace socketio
