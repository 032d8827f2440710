// SPDX-License-Identifier: MIT
#include "core/handler_table.hpp"

namespace socketio::detail {

std::vector<HandlerTable::Event>::iterator HandlerTable::place(std::string_view event) {
  return std::partition_point(events_.begin(), events_.end(),
                              [&](const Event& known) { return known.name.size() < event.size(); });
}

std::vector<HandlerTable::Event>::iterator HandlerTable::find(std::string_view event) {
  auto at = place(event);
  for (; at != events_.end() && at->name.size() == event.size(); ++at) {
    if (at->name == event) return at;
  }
  return events_.end();
}

HandlerId HandlerTable::add(std::string event, EventHandler handler, HandlerTableRef::Times times) {
  const HandlerId id = ++last_id_;
  add(std::move(event), Entry{id, std::move(handler), times});
  return id;
}

void HandlerTable::add(std::string event, Entry entry) {
  const auto found = find(event);
  auto changed = found == events_.end() ? std::make_shared<Entries>()
                                        : std::make_shared<Entries>(*found->entries);
  changed->push_back(std::move(entry));
  if (found == events_.end()) {
    const auto at = place(event);
    events_.insert(at, {std::move(event), std::move(changed)});
  } else {
    found->entries = std::move(changed);
  }
}

void HandlerTable::remove(std::string_view event, HandlerId handler) {
  const auto found = find(event);
  if (found == events_.end()) return;
  auto changed = std::make_shared<Entries>(*found->entries);
  std::erase_if(*changed, [&](const Entry& entry) { return entry.id == handler; });
  if (changed->empty()) {
    events_.erase(found);
  } else {
    found->entries = std::move(changed);
  }
}

void HandlerTable::remove(std::string_view event) {
  const auto found = find(event);
  if (found != events_.end()) events_.erase(found);
}

void HandlerTable::dispatch(std::string_view event, Invocation& call) {
  const auto found = find(event);
  if (found == events_.end()) return;
  const auto entries = found->entries;
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
