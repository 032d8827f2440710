// SPDX-License-Identifier: MIT
#include "core/server/namespace_search.hpp"

#include "base/contain.hpp"
#include "core/server/namespace_state.hpp"

#include <utility>

namespace socketio::core {

NamespaceSearch::NamespaceSearch(std::shared_ptr<NodeLink> link,
                                 std::vector<std::shared_ptr<const Dynamic>> dynamic,
                                 std::string name, json auth, Found found)
    : link_(std::move(link)),
      dynamic_(std::move(dynamic)),
      name_(std::move(name)),
      auth_(std::move(auth)),
      found_(std::move(found)) {}

void NamespaceSearch::run() {
  for (; position_ < dynamic_.size(); ++position_) {
    const Dynamic& candidate = *dynamic_[position_];
    const std::optional<bool> admitted = ask(candidate);
    if (!admitted || !link_->node) return;
    // The predicate may have made it.
    if (*admitted) return found_(link_->node->get_or_make(name_, candidate.parent.get()));
  }
  found_(nullptr);
}

std::optional<bool> NamespaceSearch::ask(const Dynamic& candidate) {
  if (candidate.matches) return candidate.matches(name_);
  decision_.reset();
  asking_ = true;
  const Responder<bool> answer(
      [self = shared_from_this(), position = position_](const detail::Answered<bool>& answered) {
        self->take(position, answered);
      });
  try {
    candidate.predicate(link_->task_loop, name_, auth_, answer);
  } catch (...) {
    answer.fail(std::current_exception());
  }
  asking_ = false;
  return decision_;
}

void NamespaceSearch::take(std::size_t position, const detail::Answered<bool>& answered) {
  if (!link_->loop->is_current()) {
    return link_->loop->post(
        [self = shared_from_this(), position, answered] { self->take(position, answered); });
  }
  if (!link_->node) return;
  if (answered.thrown) link_->node->report("namespace", answered.thrown);
  // It has thrown after it had answered.
  if (position != position_ || decision_) return;
  decision_ = answered.value.value_or(false);
  if (asking_) return;
  // Not from inside the application's call.
  link_->loop->defer([self = shared_from_this()] { contain(*self, [&] { self->go_on(); }); });
}

void NamespaceSearch::go_on() {
  if (!link_->node) return;
  if (*decision_) {
    return found_(link_->node->get_or_make(name_, dynamic_[position_]->parent.get()));
  }
  ++position_;
  run();
}

void NamespaceSearch::on_exception() noexcept {
  if (link_->node) link_->node->report("namespace", std::current_exception());
}

}  // namespace socketio::core
