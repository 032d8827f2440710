// SPDX-License-Identifier: MIT
// Members: which other nodes have a namespace open, on a bus that cannot count them (JavaScript:
// ClusterAdapterWithHeartbeat). Everything that arrives is a sign of life of its sender. A node that
// says goodbye, or is silent for the timeout, is gone.
//
// Life cycle: made when the namespace is opened on the bus, destroyed when it is closed. Loop's thread
// only.
#pragma once

#include "base/loop.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace socketio::cluster {

struct MembersLimits {
  /// How long this node may be silent before it sends a heartbeat.
  std::chrono::milliseconds interval{5'000};
  /// How long another node may be silent before it is gone.
  std::chrono::milliseconds timeout{10'000};
  /// Beyond this number, new nodes are not noticed.
  std::size_t nodes = 10'000;
};

class Members : public std::enable_shared_from_this<Members> {
 public:
  /// `send_heartbeat` publishes one, and `gone` is told of each node that has become silent.
  Members(Loop& loop, const MembersLimits& limits, std::function<void()> send_heartbeat,
          std::function<void(const std::string& node)> gone);

  /// This node has published something, so that its next heartbeat has time.
  void on_published();
  void on_sign_of_life(const std::string& node);
  /// The node has said goodbye. `gone` is not called.
  void remove(const std::string& node) { last_seen_.erase(node); }

  std::vector<std::string> nodes() const;
  std::size_t count() const { return last_seen_.size(); }

  void on_exception() noexcept { loop_.report_exception(); }

 private:
  void beat();
  void sweep();

  Loop& loop_;
  const MembersLimits limits_;
  const std::function<void()> send_heartbeat_;
  const std::function<void(const std::string& node)> gone_;
  std::unordered_map<std::string, TimePoint> last_seen_;
  MemberTimer<Members, &Members::beat> heartbeat_{*this};
  MemberTimer<Members, &Members::sweep> sweep_{*this};
};

}  // namespace socketio::cluster
