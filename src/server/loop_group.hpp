// SPDX-License-Identifier: MIT
// LoopGroup: the loops of one server, with what concerns them all: changes that each of them has to
// make, and questions to the first, on which the listeners and timers are.
//
// Life cycle: made -> add() each -> begin_running() -> end_running() -> remove() each. Any thread,
// except those.
#pragma once

#include "base/loop.hpp"
#include "core/server/node.hpp"
#include "core/server/node_group.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace socketio::server {

class LoopGroup final : public core::NodeGroup {
 public:
  explicit LoopGroup(std::size_t loops) : NodeGroup(loops), size_(loops) {
    members_.reserve(loops);
  }

  std::size_t size() const { return size_; }
  void add(Loop& loop, core::Node& node) { members_.push_back({&loop, &node}); }
  /// That member is about to be destroyed.
  void remove(std::size_t index) { members_[index] = {}; }

  /// The loops are about to run, each on its thread. A loop on a user's context runs unseen.
  void begin_running();
  /// They do not run any more.
  void end_running();
  bool is_running() const { return is_running_.load(std::memory_order_acquire); }

  /// Calls `work` with the number of each loop, on that loop: at once where this thread runs it, and if
  /// none runs; otherwise soon.
  using EachWork = std::function<void(std::size_t index)>;
  void each(const EachWork& work);
  /// Runs `work` on the first loop, and waits for its end. False if that loop does not come to it any
  /// more; `work` may be running then, so it owns what it uses.
  bool run_on_first(std::function<void()> work);
  /// The first loop has ended, or is about to: nobody waits for it any more.
  void end_questions();
  using MakeNamespace = std::function<std::shared_ptr<core::NamespaceState>(core::Node& node)>;
  /// Makes a namespace on each, and returns that of this thread's loop, or else the first's. Throws
  /// Errc::closed if that loop does not come to it any more.
  std::shared_ptr<core::NamespaceState> make(const MakeNamespace& make_one);

  void change_each(const Change& change) override;
  core::Node* here() const override;
  bool may_use(const core::Node& node) const override;
  std::shared_ptr<Counter> socket_counter(const std::string& nsp) override;
  void add_child(std::size_t parent_number, const std::string& nsp) override;
  void remove_child(std::size_t parent_number, const std::string& nsp) override;
  std::vector<std::string> children_of(std::size_t parent_number) const override;

 private:
  struct Member {
    Loop* loop = nullptr;
    core::Node* node = nullptr;
  };

  /// What a thread that is none of the loops' waits for.
  struct Question {
    std::function<void()> work;
    std::atomic<bool> is_taken = false;
    bool is_answered = false;
    std::exception_ptr thrown;
  };
  std::optional<std::size_t> index_here() const;

  const std::size_t size_;
  std::vector<Member> members_;
  // Held while it begins to run, and while something is changed before that. What is changed may run
  // user code, which changes something.
  std::recursive_mutex mutex_;
  std::atomic<bool> is_running_ = false;
  std::mutex questions_mutex_;
  bool questions_have_ended_ = false;
  std::condition_variable questions_changed_;
  std::mutex counters_mutex_;
  std::unordered_map<std::string, std::weak_ptr<Counter>> counters_;
  // Beyond this number, those of namespaces that have ended are removed.
  std::size_t counters_limit_ = 64;
  mutable std::mutex children_mutex_;
  // By the parent's number: how many loops have the namespace.
  std::unordered_map<std::size_t, std::map<std::string, std::size_t>> children_;
};

}  // namespace socketio::server
