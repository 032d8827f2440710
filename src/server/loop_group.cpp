// SPDX-License-Identifier: MIT
#include "server/loop_group.hpp"

#include <socketio/reply.hpp>

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

namespace socketio::server {

namespace {

void rethrow(const std::exception_ptr& thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

void LoopGroup::begin_running() {
  const std::lock_guard lock(mutex_);
  {
    const std::lock_guard questions(questions_mutex_);
    questions_have_ended_ = false;
  }
  is_running_.store(true, std::memory_order_release);
}

void LoopGroup::end_running() {
  end_questions();
  const std::lock_guard lock(mutex_);
  is_running_.store(false, std::memory_order_release);
}

void LoopGroup::end_questions() {
  const std::lock_guard lock(questions_mutex_);
  questions_have_ended_ = true;
  questions_changed_.notify_all();
}

void LoopGroup::each(const EachWork& work) {
  std::unique_lock lock(mutex_);
  if (!is_running()) {
    for (std::size_t index = 0; index < members_.size(); ++index) {
      if (members_[index].loop) work(index);
    }
    return;
  }
  lock.unlock();
  for (std::size_t index = 0; index < members_.size(); ++index) {
    Loop& loop = *members_[index].loop;
    if (loop.is_current()) {
      work(index);
      continue;
    }
    // What it has not come to when it ends is left out.
    loop.post([this, work, index] {
      if (members_[index].loop) work(index);
    });
  }
}

bool LoopGroup::run_on_first(std::function<void()> work) {
  std::unique_lock lock(mutex_);
  Loop& first = *members_.front().loop;
  if (!is_running() || first.is_current()) {
    work();
    return true;
  }
  lock.unlock();
  const auto question = std::make_shared<Question>();
  question->work = std::move(work);
  first.post([this, question] {
    if (question->is_taken.exchange(true)) return;
    try {
      question->work();
    } catch (...) {
      question->thrown = std::current_exception();
    }
    const std::lock_guard answered(questions_mutex_);
    question->is_answered = true;
    questions_changed_.notify_all();
  });
  std::unique_lock waiting(questions_mutex_);
  questions_changed_.wait(waiting, [&] { return question->is_answered || questions_have_ended_; });
  question->is_taken = true;
  if (question->is_answered) rethrow(question->thrown);
  return question->is_answered;
}

std::shared_ptr<core::NamespaceState> LoopGroup::make(const MakeNamespace& make_one) {
  struct Made {
    std::shared_ptr<core::NamespaceState> nsp;
    std::exception_ptr thrown;
    std::atomic<bool> is_done = false;
  };
  const std::size_t own = index_here().value_or(0);
  const auto made = std::make_shared<Made>();
  each([this, make_one, own, made](std::size_t index) {
    if (index != own) return void(make_one(*members_[index].node));
    try {
      made->nsp = make_one(*members_[index].node);
    } catch (...) {
      made->thrown = std::current_exception();
    }
    made->is_done = true;
  });
  if (!made->is_done) run_on_first([] {});  // it comes behind
  if (!made->is_done) throw std::system_error(Errc::closed, "no namespace");
  rethrow(made->thrown);
  return made->nsp;
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

void LoopGroup::add_child(std::size_t parent_number, const std::string& nsp) {
  const std::lock_guard lock(children_mutex_);
  ++children_[parent_number][nsp];
}

void LoopGroup::remove_child(std::size_t parent_number, const std::string& nsp) {
  const std::lock_guard lock(children_mutex_);
  const auto children = children_.find(parent_number);
  if (children == children_.end()) return;
  const auto found = children->second.find(nsp);
  if (found != children->second.end() && --found->second == 0) children->second.erase(found);
}

std::vector<std::string> LoopGroup::children_of(std::size_t parent_number) const {
  const std::lock_guard lock(children_mutex_);
  std::vector<std::string> names;
  const auto children = children_.find(parent_number);
  if (children == children_.end()) return names;
  for (const auto& [name, loops] : children->second) names.push_back(name);
  return names;
}

}  // namespace socketio::server
