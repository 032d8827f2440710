// SPDX-License-Identifier: MIT
// Acknowledgements that one socket owes us. Each is answered exactly once: by the client, by its
// timeout, or by the end of the socket. Callbacks throw nothing. Loop's thread only.
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
  /// The answer to `id`, if it is waited for, is that there will be none.
  void fail(std::uint64_t id, std::error_code error);
  /// False if the id was never issued, or answered before.
  bool answer(std::uint64_t id, const Value& arguments);
  void fail_all(std::error_code error);
  /// All but those in `kept`, which is sorted. Needs no memory where `room` can hold all ids.
  void fail_all_but(const std::vector<std::uint64_t>& kept, std::error_code error,
                    std::vector<std::uint64_t> room = {});
  /// Forgets all; nothing is called.
  void clear();
  std::size_t size() const { return entries_.size(); }

 private:
  class Entry;
  std::unordered_map<std::uint64_t, std::unique_ptr<Entry>> entries_;
};

}  // namespace socketio::core
