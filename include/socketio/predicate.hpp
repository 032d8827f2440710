// SPDX-License-Identifier: MIT
// How a user's function decides whether a namespace may be created for a client, now or later
// (Server::of). Not for direct use.
#pragma once

#include <socketio/http.hpp>
#include <socketio/json.hpp>
#include <socketio/task.hpp>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace socketio::detail {

using NamespacePredicate =
    std::function<void(const std::shared_ptr<TaskLoop>& loop, const std::string& name,
                       const json& auth, const Responder<bool>& answer)>;

template <class F>
constexpr bool answers_predicate_later =
    std::is_invocable_v<F&, const std::string&, const json&, Responder<bool>>;

template <class F>
constexpr bool is_predicate =
    answers_predicate_later<F> || std::is_invocable_v<F&, const std::string&, const json&>;

template <class F>
NamespacePredicate make_predicate(F function) {
  const auto f = std::make_shared<F>(std::move(function));
  if constexpr (answers_predicate_later<F>) {
    static_assert(
        std::is_void_v<std::invoke_result_t<F&, const std::string&, const json&, Responder<bool>>>,
        "socketio: a predicate answers with its Responder, or with what it returns");
    return [f](const auto&, const std::string& name, const json& auth,
               const Responder<bool>& answer) { (*f)(name, auth, answer); };
  } else if constexpr (is_task<std::invoke_result_t<F&, const std::string&, const json&>>) {
    return [f](const std::shared_ptr<TaskLoop>& loop, const std::string& name, const json& auth,
               const Responder<bool>& answer) {
      answer_with(
          loop, [f, name, auth] { return (*f)(name, auth); }, answer);
    };
  } else {
    return
        [f](const auto&, const std::string& name, const json& auth, const Responder<bool>& answer) {
          answer.respond(static_cast<bool>((*f)(name, auth)));
        };
  }
}

}  // namespace socketio::detail
