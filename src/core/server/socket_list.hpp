// SPDX-License-Identifier: MIT
// SocketList: the sockets of one connection, in the order in which they joined. Most connections have
// one, which needs no memory of its own.
//
// Life cycle: as for a vector. Loop's thread only.
#pragma once

#include "core/make_room.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace socketio::core {

class SocketState;

class SocketList {
 public:
  using Element = std::shared_ptr<SocketState>;

  /// Valid until the next change.
  std::span<const Element> view() const {
    if (all_) return *all_;
    return {&only_, only_ ? std::size_t{1} : 0};
  }
  std::size_t size() const { return view().size(); }

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
  std::vector<Element> copy() const { return {view().begin(), view().end()}; }

 private:
  Element only_;
  // Instead of it, once there have been several.
  std::unique_ptr<std::vector<Element>> all_;
};

}  // namespace socketio::core
