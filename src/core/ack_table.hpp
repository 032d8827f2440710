// SPDX-License-Identifier: MIT
// AckTable: the pending acknowledgements of one socket. Each completes exactly once: with the
// peer's answer, by its timeout, or when the socket closes. Callbacks do not throw. Loop's
// thread only.
#pragma once

#include "base/loop.hpp"

#include <socketio/acknowledgement.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace socketio::core {

class AckTable {
 public:
  AckTable();
  ~AckTable();

  void add(std::uint64_t id, detail::AckCallback callback,
           std::optional<std::chrono::milliseconds> timeout, Loop& loop);
  /// Fails the pending acknowledgement `id`, if there is one.
  void fail(std::uint64_t id, std::error_code error);
  /// Returns false if the id was never issued or has completed already.
  bool answer(std::uint64_t id, const Value& arguments);
  void fail_all(std::error_code error);
  /// Fails all except those in `kept`, which is sorted. Allocates nothing if `room` can
  /// hold all ids.
  void fail_all_but(const std::vector<std::uint64_t>& kept, std::error_code error,
                    std::vector<std::uint64_t> room = {});
  /// Forgets all without calling anything.
  void clear();
  std::size_t size() const { return entries_.size(); }

 private:
  class Entry;
  std::unordered_map<std::uint64_t, std::unique_ptr<Entry>> entries_;
};

}  // namespace socketio::core
