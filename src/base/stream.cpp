// SPDX-License-Identifier: MIT
#include "base/stream.hpp"

#include "base/loop.hpp"

#include <utility>

namespace socketio {

void OutQueue::settle_alone() {
  const SharedBytes alone = std::exchange(alone_, nullptr);
  append_behind(alone);
}

void OutQueue::append_shared(SharedBytes bytes) {
  if (empty()) {
    alone_ = std::move(bytes);
    return;
  }
  if (alone_) settle_alone();
  append_behind(std::move(bytes));
}

void OutQueue::append_behind(SharedBytes bytes) {
  if (bytes->size() <= copy_limit_bytes) {
    tail_.append(*bytes);
    return;
  }
  if (!tail_.empty()) {
    segment_bytes_ += tail_.size();
    segments_.push_back({std::make_shared<const std::string>(std::move(tail_))});
    tail_ = {};
  }
  segment_bytes_ += bytes->size();
  segments_.push_back({std::move(bytes)});
}

std::size_t OutQueue::size() const {
  return (alone_ ? alone_->size() : 0) + segment_bytes_ + tail_.size();
}

bool OutQueue::take_tail(std::size_t size, std::string& buffer) {
  if (alone_ || !segments_.empty() || size != tail_.size()) return false;
  buffer = std::exchange(tail_, {});
  return true;
}

void OutQueue::consume(std::size_t count) {
  if (alone_) {
    const SharedBytes alone = std::exchange(alone_, nullptr);
    if (count < alone->size()) {
      segment_bytes_ = alone->size() - count;
      segments_.push_back({alone, count});
    }
    return;
  }
  std::size_t gone = 0;
  while (gone < segments_.size()) {
    Segment& segment = segments_[gone];
    const std::size_t left = segment.bytes->size() - segment.offset;
    if (count < left) {
      segment.offset += count;
      segment_bytes_ -= count;
      count = 0;
      break;
    }
    count -= left;
    segment_bytes_ -= left;
    ++gone;
  }
  segments_.erase(segments_.begin(), segments_.begin() + static_cast<std::ptrdiff_t>(gone));
  if (!segments_.empty()) return;
  segments_.shrink_to_fit();
  if (count == tail_.size()) {
    std::string().swap(tail_);  // an idle connection keeps no memory; assigning would
  } else if (count != 0) {
    segment_bytes_ = tail_.size() - count;
    segments_.push_back({std::make_shared<const std::string>(std::exchange(tail_, {})), count});
  }
}

void OutQueue::clear() {
  alone_.reset();
  std::vector<Segment>().swap(segments_);
  segment_bytes_ = 0;
  std::string().swap(tail_);
}

void Stream::borrow(std::string& buffer) {
  if (buffer.capacity() < sizeof(std::string)) buffer = loop_.take_buffer();
}

void Stream::consume(std::size_t count) {
  std::string buffer;
  if (queue_.take_tail(count, buffer)) {
    loop_.give_back(std::move(buffer));
  } else {
    queue_.consume(count);
  }
}

Stream::~Stream() {
  if (flush_scheduled_) loop_.cancel_flush(*this);
}

void Stream::commit() {
  if (state_ == State::closed) {
    queue_.clear();
    return;
  }
  if (!flush_scheduled_) {
    flush_scheduled_ = true;
    loop_.schedule_flush(*this);
  }
}

void Stream::write_shared(const SharedBytes& bytes) {
  queue_.append_shared(bytes);
  commit();
}

void Stream::close_after_flush() {
  if (state_ != State::open) return;
  state_ = State::closing_after_flush;
  if (!flush_scheduled_) {
    flush_scheduled_ = true;
    loop_.schedule_flush(*this);
  }
}

void Stream::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  queue_.clear();
  // Not from inside the caller: it may be in the middle of changing its own state.
  loop_.defer([self = shared_from_this()] { self->finish(); });
}

void Stream::finish() {
  const auto self = shared_from_this();
  state_ = State::closed;
  queue_.clear();
  shut();
  if (auto handler = std::exchange(handler_, nullptr)) handler->on_close();
}

}  // namespace socketio
