// SPDX-License-Identifier: MIT
// The handlers of a namespace or of one socket, by event. A list is copied when it changes, so that
// a handler may add and remove handlers, including itself, while they run. Loop's thread only.
#pragma once

#include <socketio/namespace.hpp>
#include <socketio/socket.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

class HandlerTable {
 public:
  struct Entry {
    HandlerId id;
    EventHandler handler;
    HandlerTableRef::Times times;
    // Of one that runs once: somebody runs it. The tables of several loops share it.
    std::shared_ptr<std::atomic<bool>> is_taken{};
  };
  using Entries = std::vector<Entry>;

  HandlerId add(std::string event, EventHandler handler, HandlerTableRef::Times times);
  /// The same for an entry that the tables of several loops have: its id is none that they make.
  void add(std::string event, Entry entry);
  void remove(std::string_view event, HandlerId handler);
  void remove(std::string_view event);
  void remove_all() { events_.clear(); }
  bool empty() const { return events_.empty(); }

  /// Runs the handlers of `event`.
  void dispatch(std::string_view event, Invocation& call);

 private:
  struct Event {
    std::string name;
    std::shared_ptr<const Entries> entries;
  };
  /// The first that is not shorter.
  std::vector<Event>::iterator place(std::string_view event);
  std::vector<Event>::iterator find(std::string_view event);

  /// By length: few names have the same, so that few are compared.
  std::vector<Event> events_;
  HandlerId last_id_ = 0;
};

/// Handlers for something other than an event by name.
template <class Function>
class HandlerList {
 public:
  HandlerId add(Function function, Position position = Position::back) {
    const HandlerId id = ++last_id_;
    add(id, std::move(function), position);
    return id;
  }
  /// The same for one that the lists of several loops have: its id is none that they make.
  void add(HandlerId id, Function function, Position position = Position::back) {
    auto changed = copy();
    changed->insert(position == Position::front ? changed->begin() : changed->end(),
                    Entry{id, std::make_shared<Function>(std::move(function))});
    entries_ = std::move(changed);
  }
  void remove(HandlerId id) {
    auto changed = copy();
    std::erase_if(*changed, [&](const Entry& e) { return e.id == id; });
    entries_ = std::move(changed);
  }
  void clear() { entries_ = nullptr; }
  bool empty() const { return !entries_ || entries_->empty(); }

  /// Allocates nothing: the end of a connection must be reported even without memory.
  template <class Call>
  void for_each(Call call) const {
    const auto entries = entries_;
    if (!entries) return;
    for (const Entry& entry : *entries) call(*entry.function);
  }

 private:
  struct Entry {
    HandlerId id;
    std::shared_ptr<Function> function;
  };
  using Entries = std::vector<Entry>;

  std::shared_ptr<Entries> copy() const {
    return entries_ ? std::make_shared<Entries>(*entries_) : std::make_shared<Entries>();
  }

  // Null if there are none.
  std::shared_ptr<const Entries> entries_;
  HandlerId last_id_ = 0;
};

}  // namespace socketio::detail

namespace socketio::core {

/// Everything that can be registered on a socket, or on a namespace for all its sockets.
struct Handlers {
  detail::HandlerTable events;
  detail::HandlerList<detail::AnyHandler> any;
  detail::HandlerList<detail::AnyHandler> any_outgoing;
  detail::HandlerList<detail::DisconnectHandler> disconnecting;
  detail::HandlerList<detail::DisconnectHandler> disconnect;
};

}  // namespace socketio::core
