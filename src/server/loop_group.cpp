// SPDX-License-Identifier: MIT
#include "server/loop_group.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace socketio::server {

namespace {

void rethrow(const std::exception_ptr& thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

void LoopGroup::begin_running() {
  const std::lock_guard lock(mutex_);
  is_running_.store(true, std::memory_order_release);
}

void LoopGroup::end_running() {
  {
    const std::lock_guard lock(mutex_);
    is_running_.store(false, std::memory_order_release);
  }
  const std::lock_guard lock(questions_mutex_);
  questions_changed_.notify_all();
}

void LoopGroup::each(const std::function<void(std::size_t index)>& work) {
  std::unique_lock lock(mutex_);
  if (!is_running()) {
    for (std::size_t index = 0; index < members_.size(); ++index) {
      if (members_[index].loop) work(index);
    }
    return;
  }
  lock.unlock();
  for (std::size_t index = 0; index < members_.size(); ++index) {
    net::AsioLoop& loop = *members_[index].loop;
    loop.is_current() ? work(index) : loop.post([work, index] { work(index); });
  }
}

void LoopGroup::run_on_first(const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  net::AsioLoop& first = *members_.front().loop;
  if (!is_running() || first.is_current()) return work();
  lock.unlock();
  const auto question = std::make_shared<Question>();
  first.post([this, question, &work] {
    if (question->is_taken.exchange(true)) return;
    try {
      work();
    } catch (...) {
      question->thrown = std::current_exception();
    }
    const std::lock_guard answered(questions_mutex_);
    question->is_answered = true;
    questions_changed_.notify_all();
  });
  {
    std::unique_lock waiting(questions_mutex_);
    questions_changed_.wait(waiting, [&] { return question->is_answered || !is_running(); });
    if (question->is_answered) return rethrow(question->thrown);
  }
  // The loop has ended before it came to that.
  lock.lock();
  if (!question->is_taken.exchange(true)) work();
}

std::shared_ptr<core::NamespaceState> LoopGroup::make(const MakeNamespace& make_one) {
  const std::size_t own = index_here().value_or(0);
  const auto made = std::make_shared<std::shared_ptr<core::NamespaceState>>();
  each([this, make_one, own, made](std::size_t index) {
    auto nsp = make_one(*members_[index].node);
    if (index == own) *made = std::move(nsp);
  });
  if (!*made) run_on_first([] {});  // it comes behind
  return *made;
}

void LoopGroup::change_each(const Change& change) {
  each([this, change](std::size_t index) { change(*members_[index].node); });
}

std::optional<std::size_t> LoopGroup::index_here() const {
  if (!is_running()) return std::nullopt;
  for (std::size_t index = 0; index < members_.size(); ++index) {
    if (members_[index].loop->is_current()) return index;
  }
  return std::nullopt;
}

core::Node* LoopGroup::here() const {
  const auto index = index_here();
  return index ? members_[*index].node : nullptr;
}

bool LoopGroup::may_use(const core::Node& node) const {
  if (!is_running()) return true;
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return member.node == &node; });
  return found != members_.end() && found->loop->is_current();
}

std::shared_ptr<core::NodeGroup::Counter> LoopGroup::socket_counter(const std::string& nsp) {
  const std::lock_guard lock(counters_mutex_);
  if (counters_.size() >= counters_limit_) {
    std::erase_if(counters_, [](const auto& entry) { return entry.second.expired(); });
    counters_limit_ = std::max<std::size_t>(64, 2 * counters_.size());
  }
  std::weak_ptr<Counter>& known = counters_[nsp];
  auto counter = known.lock();
  if (!counter) {
    counter = std::make_shared<Counter>(0);
    known = counter;
  }
  return counter;
}

}  // namespace socketio::server
