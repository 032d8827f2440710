// SPDX-License-Identifier: MIT
// SocketList: the sockets of one connection, in the order in which they joined. Most connections have
// one, which needs no memory of its own.
//
// Life cycle: as for a vector; what begin() and end() gave is valid until the next change. Loop's
// thread only.
#pragma once

#include "core/make_room.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace socketio::core {

class SocketState;

class SocketList {
 public:
  using Element = std::shared_ptr<SocketState>;

  const Element* begin() const { return all_ ? all_->data() : &only_; }
  const Element* end() const { return begin() + size(); }
  std::size_t size() const { return all_ ? all_->size() : (only_ ? 1 : 0); }

  /// The next add() will allocate nothing.
  void make_room() {
    if (!all_ && !only_) return;
    if (!all_) {
      auto all = std::make_unique<std::vector<Element>>();
      all->reserve(2);
      all->push_back(std::move(only_));
      all_ = std::move(all);
    }
    core::make_room(*all_);
  }
  void add(Element socket) {
    make_room();
    all_ ? all_->push_back(std::move(socket)) : only_.swap(socket);
  }
  void remove(const SocketState& socket) {
    const auto is_it = [&](const Element& candidate) { return candidate.get() == &socket; };
    if (all_) {
      std::erase_if(*all_, is_it);
    } else if (is_it(only_)) {
      only_.reset();
    }
  }
  /// Leaves this list empty.
  SocketList take() { return std::exchange(*this, {}); }
  std::vector<Element> copy() const { return {begin(), end()}; }

 private:
  Element only_;
  // Instead of it, once there have been several.
  std::unique_ptr<std::vector<Element>> all_;
};

}  // namespace socketio::core
