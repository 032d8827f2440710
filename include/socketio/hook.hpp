// SPDX-License-Identifier: MIT
// How a user's function becomes a hook: a function that is called for a connection, a disconnect, a
// middleware or any event. It may take fewer parameters than it is offered:
//
//   [](Socket& socket, DisconnectReason reason) { … }   everything
//   [](DisconnectReason reason) { … }                   without the socket
//   [](Socket socket) { … }                             the first parameter alone
//   [] { … }                                            none
//   [](Socket socket) -> Task<> { … }                   any of these as a coroutine
//
// A coroutine starts when a plain hook would be called, and nobody waits for it. It gets copies of
// its arguments, so references to them stay valid until it ends. Exceptions reach the error hook.
// Not for direct use.
#pragma once

#include <socketio/task.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace socketio {

class Next;
class Socket;
namespace engine {
class Socket;
}

namespace detail {

template <class Argument>
constexpr bool is_socket =
    std::is_same_v<Argument, Socket&> || std::is_same_v<Argument, engine::Socket&>;

/// The type in which a coroutine keeps an argument.
template <class Argument>
struct Kept {
  using Type = std::remove_cvref_t<Argument>;
};
template <>
struct Kept<std::string_view> {
  using Type = std::string;
};

/// The arguments that a function takes: `count` of them from `first` on.
struct Part {
  std::size_t first;
  std::size_t count;
};

template <class F, class Given, std::size_t First, std::size_t... Is>
constexpr bool takes(std::index_sequence<Is...>) {
  return std::is_invocable_v<F&, std::tuple_element_t<First + Is, Given>...>;
}

/// The longest that fits, of `Count` arguments down to `Least`.
template <class F, class Given, std::size_t First, std::size_t Count, std::size_t Least>
constexpr std::optional<Part> longest_part() {
  if constexpr (takes<F, Given, First>(std::make_index_sequence<Count>())) {
    return Part{First, Count};
  } else if constexpr (Count > Least) {
    return longest_part<F, Given, First, Count - 1, Least>();
  } else {
    return std::nullopt;
  }
}

/// Leaving out the socket is tried before leaving out the last parameters: [](auto reason) means
/// the reason. A middleware has to take Next, or it could not continue the chain.
template <class F, class... Arguments>
constexpr std::optional<Part> part_of() {
  using Given = std::tuple<Arguments...>;
  constexpr std::size_t all = sizeof...(Arguments);
  constexpr bool has_socket = (is_socket<Arguments> || ...);
  constexpr bool needs_next = (std::is_same_v<Arguments, Next> || ...);
  if constexpr (takes<F, Given, 0>(std::make_index_sequence<all>())) {
    return Part{0, all};
  } else if constexpr (has_socket && all > 1) {
    constexpr std::size_t least = needs_next ? all - 1 : 1;
    constexpr auto part = longest_part<F, Given, 1, all - 1, least>();
    if constexpr (part || needs_next) {
      return part;
    } else {
      return longest_part<F, Given, 0, all - 1, 0>();
    }
  } else if constexpr (all > 0) {
    return longest_part<F, Given, 0, all - 1, 0>();
  } else {
    return std::nullopt;
  }
}

/// `Wanted` is the std::function that the library calls.
template <class Wanted>
struct Hook;

template <class... Arguments>
struct Hook<std::function<void(Arguments...)>> {
  using Wanted = std::function<void(Arguments...)>;

  template <class F, class Report>
  static Wanted make(F function, Report report) {
    constexpr std::optional<Part> part = part_of<F, Arguments...>();
    if constexpr (part) {
      return wrap<part->first, part->count>(std::move(function), std::move(report));
    } else {
      static_assert(std::is_convertible_v<F, Wanted>,
                    "socketio: this function takes other parameters than it is called with: see "
                    "the comment at the function that registers it");
      return Wanted(std::move(function));  // of nullptr
    }
  }

 private:
  using Copies = std::tuple<typename Kept<Arguments>::Type...>;

  template <std::size_t First, class F, class Given, std::size_t... Is>
  static decltype(auto) call(F& f, Given& given, std::index_sequence<Is...>) {
    using Types = std::tuple<Arguments...>;
    return f(
        static_cast<std::tuple_element_t<First + Is, Types>&&>(std::get<First + Is>(given))...);
  }

  /// Where a coroutine belongs.
  template <class Report>
  static std::shared_ptr<TaskLoop> loop_of(const Report& report, const Arguments&... arguments) {
    if constexpr (requires { report.loop(arguments...); }) {
      return report.loop(arguments...);
    } else {
      return nullptr;
    }
  }

  /// The coroutine frame owns the hook and its arguments.
  template <std::size_t First, std::size_t Count, class F, class Report>
  static Detached run(std::shared_ptr<TaskLoop>, std::shared_ptr<F> f, Report report, Copies kept) {
    std::exception_ptr failure;
    try {
      auto given = std::apply(
          [](auto&... arguments) { return std::tuple<Arguments...>(arguments...); }, kept);
      co_await call<First>(*f, given, std::make_index_sequence<Count>());
    } catch (...) {
      failure = std::current_exception();
    }
    if (!failure) co_return;
    try {
      std::apply([&](auto&... arguments) { report(failure, arguments...); }, kept);
    } catch (...) {
      // No memory to report it with.
    }
  }

  template <std::size_t First, std::size_t Count, class F, class Report>
  static Wanted wrap(F function, Report report) {
    using Indices = std::make_index_sequence<Count>;
    using Given = std::tuple<Arguments&&...>;
    using Result = decltype(call<First>(std::declval<F&>(), std::declval<Given&>(), Indices()));
    constexpr bool is_heard = !std::is_same_v<Report, std::nullptr_t>;
    static_assert(is_heard || !is_task<Result>,
                  "socketio: this function cannot be a coroutine, since nobody would hear what it "
                  "throws");
    if constexpr (is_heard && is_task<Result>) {
      return [f = std::make_shared<F>(std::move(function)), report](Arguments... arguments) {
        run<First, Count>(loop_of(report, arguments...), f, report, Copies(arguments...));
      };
    } else if constexpr (std::is_copy_constructible_v<F> && std::is_convertible_v<F, Wanted>) {
      return Wanted(std::move(function));
    } else {
      return [f = std::make_shared<F>(std::move(function))](Arguments... arguments) {
        Given given(static_cast<Arguments&&>(arguments)...);
        call<First>(*f, given, Indices());
      };
    }
  }
};

/// `report(exception, arguments…)` is called with what a coroutine throws, and with the arguments
/// that it keeps; `report.loop(arguments…)`, if there is one, tells the loop that it belongs to.
template <class Wanted, class F, class Report>
Wanted make_hook(F function, Report report) {
  return Hook<Wanted>::make(std::move(function), std::move(report));
}

/// A hook that must not be a coroutine, because it is called for what coroutines throw.
template <class Wanted, class F>
Wanted make_plain_hook(F function) {
  return Hook<Wanted>::make(std::move(function), nullptr);
}

}  // namespace detail
}  // namespace socketio
