// SPDX-License-Identifier: MIT
#include "core/ack_table.hpp"

#include <algorithm>
#include <utility>

namespace socketio::core {

class AckTable::Entry final : public Deadline {
 public:
  Entry(AckTable& table, std::uint64_t id, detail::AckCallback callback_)
      : callback(std::move(callback_)), table_(table), id_(id) {}
  detail::AckCallback callback;

 private:
  void expired() noexcept override { table_.fail(id_, Errc::timeout); }
  AckTable& table_;
  std::uint64_t id_;
};

AckTable::AckTable() = default;
AckTable::~AckTable() = default;

void AckTable::add(std::uint64_t id, detail::AckCallback callback,
                   std::optional<std::chrono::milliseconds> timeout, Loop& loop) {
  auto entry = std::make_unique<Entry>(*this, id, std::move(callback));
  if (timeout) loop.timers().arm(*entry, *timeout);
  entries_.emplace(id, std::move(entry));
}

bool AckTable::answer(std::uint64_t id, const Value& arguments) {
  auto node = entries_.extract(id);
  if (node.empty()) return false;
  node.mapped()->callback({}, &arguments);
  return true;
}

void AckTable::fail(std::uint64_t id, std::error_code error) {
  auto node = entries_.extract(id);
  if (!node.empty()) node.mapped()->callback(error, nullptr);
}

void AckTable::fail_all(std::error_code error) {
  for (auto& [id, entry] : std::exchange(entries_, {})) {
    entry->cancel();
    entry->callback(error, nullptr);
  }
}

void AckTable::fail_all_but(const std::vector<std::uint64_t>& kept, std::error_code error,
                            std::vector<std::uint64_t> room) {
  std::vector<std::uint64_t> failing = std::move(room);
  failing.clear();
  for (const auto& [id, entry] : entries_) {
    if (!std::binary_search(kept.begin(), kept.end(), id)) failing.push_back(id);
  }
  std::sort(failing.begin(), failing.end());
  for (const std::uint64_t id : failing) {
    // An earlier callback may have completed this one.
    if (const auto node = entries_.extract(id)) {
      node.mapped()->cancel();
      node.mapped()->callback(error, nullptr);
    }
  }
}

void AckTable::clear() { entries_.clear(); }

}  // namespace socketio::core
