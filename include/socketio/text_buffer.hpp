// SPDX-License-Identifier: MIT
// TextBuffer: text that grows at its end, where JsonWriter writes. It does what std::string does
// when something is appended, without a call into the library for each piece, and without filling
// memory that is written to next.
//
// Life cycle: as for std::string; clear() keeps the memory. Single thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace socketio {

class TextBuffer {
 public:
  TextBuffer() = default;
  explicit TextBuffer(std::string_view text) { append(text); }
  TextBuffer(TextBuffer&& other) noexcept
      : memory_(std::move(other.memory_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  TextBuffer& operator=(TextBuffer&& other) noexcept {
    memory_ = std::move(other.memory_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  std::string_view view() const { return {memory_.get(), size_}; }
  char* data() { return memory_.get(); }
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  void clear() { size_ = 0; }

  void push_back(char c) {
    *room_for(1) = c;
    ++size_;
  }
  TextBuffer& append(std::string_view text) {
    text.copy(room_for(text.size()), text.size());
    size_ += text.size();
    return *this;
  }
  TextBuffer& append(std::size_t count, char c) {
    std::fill_n(room_for(count), count, c);
    size_ += count;
    return *this;
  }

  /// The end of the text, with room for so many bytes, which advance() makes part of it.
  char* room_for(std::size_t bytes) {
    if (capacity_ - size_ < bytes) grow(bytes);
    return memory_.get() + size_;
  }
  void advance(std::size_t bytes) { size_ += bytes; }

 private:
  void grow(std::size_t bytes) {
    const std::size_t wanted = std::max({std::size_t{128}, 2 * capacity_, size_ + bytes});
    std::unique_ptr<char[]> larger(new char[wanted]);
    view().copy(larger.get(), size_);
    memory_ = std::move(larger);
    capacity_ = wanted;
  }

  std::unique_ptr<char[]> memory_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace socketio
