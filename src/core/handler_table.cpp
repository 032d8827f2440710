// SPDX-License-Identifier: MIT
#include "core/handler_table.hpp"

namespace socketio::detail {

HandlerId HandlerTable::add(std::string event, EventHandler handler, HandlerTableRef::Times times) {
  const HandlerId id = ++last_id_;
  add(std::move(event), Entry{id, std::move(handler), times});
  return id;
}

void HandlerTable::add(std::string event, Entry entry) {
  const auto found = events_.find(event);
  auto changed = found == events_.end() ? std::make_shared<Entries>()
                                        : std::make_shared<Entries>(*found->second);
  changed->push_back(std::move(entry));
  events_.insert_or_assign(std::move(event), std::move(changed));
}

void HandlerTable::remove(std::string_view event, HandlerId handler) {
  const auto found = events_.find(event);
  if (found == events_.end()) return;
  auto changed = std::make_shared<Entries>(*found->second);
  changed->erase(std::remove_if(changed->begin(), changed->end(),
                                [&](const Entry& e) { return e.id == handler; }),
                 changed->end());
  if (changed->empty()) {
    events_.erase(found);
  } else {
    found->second = std::move(changed);
  }
}

void HandlerTable::remove(std::string_view event) {
  const auto found = events_.find(event);
  if (found != events_.end()) events_.erase(found);
}

void HandlerTable::dispatch(std::string_view event, Invocation& call) {
  const auto found = events_.find(event);
  if (found == events_.end()) return;
  const auto entries = found->second;
  for (const Entry& entry : *entries) {
    if (entry.times == HandlerTableRef::Times::once) {
      remove(event, entry.id);
      if (entry.is_taken && entry.is_taken->exchange(true)) continue;
    }
    entry.handler(call);
  }
}

HandlerId HandlerTableRef::add(std::string event, EventHandler handler, Times times) {
  return table_ ? table_->add(std::move(event), std::move(handler), times) : 0;
}

void HandlerTableRef::remove(std::string_view event, HandlerId handler) {
  if (table_) table_->remove(event, handler);
}

void HandlerTableRef::remove(std::string_view event) {
  if (table_) table_->remove(event);
}

void HandlerTableRef::remove_all() {
  if (table_) table_->remove_all();
}

}  // namespace socketio::detail
