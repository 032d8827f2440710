// SPDX-License-Identifier: MIT
// NamespaceSearch: asks a node's patterns and predicates, one after another, whether a client may join
// a namespace that does not exist yet. A predicate may answer later.
//
// Life cycle: made -> run() -> `found` is called once, before run() returns or, if a predicate answers
// later, in a turn of its own. Whoever is to answer keeps the search. If the node ends first, nobody
// is notified. Loop's thread; predicates may answer on any.
#pragma once

#include "core/server/node.hpp"

#include <socketio/json.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace socketio::core {

class NamespaceSearch : public std::enable_shared_from_this<NamespaceSearch> {
 public:
  /// Null if nobody admits the client.
  using Found = std::function<void(const std::shared_ptr<NamespaceState>& nsp)>;

  /// `dynamic` is a copy, because a predicate may add to the node's list.
  NamespaceSearch(std::shared_ptr<NodeLink> link,
                  std::vector<std::shared_ptr<const Dynamic>> dynamic, std::string name, json auth,
                  Found found);
  void run();
  /// For contain(): nobody admits the client.
  void on_exception() noexcept;

 private:
  /// Nothing if the answer is to come later.
  std::optional<bool> ask(const Dynamic& candidate);
  void take(std::size_t position, const detail::Answered<bool>& answered);
  void go_on();

  const std::shared_ptr<NodeLink> link_;
  const std::vector<std::shared_ptr<const Dynamic>> dynamic_;
  const std::string name_;
  const json auth_;
  const Found found_;
  std::size_t position_ = 0;
  // A predicate is being called.
  bool asking_ = false;
  // What the last predicate has answered.
  std::optional<bool> decision_;
};

}  // namespace socketio::core
