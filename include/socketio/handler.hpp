// SPDX-License-Identifier: MIT
// How a function of the user becomes a handler: its parameters say what it wants, its return type
// what it answers.
//
//   [](std::string text) { … }                     arguments, decoded by type (arguments.hpp)
//   [](Socket& socket, Message message) { … }      the socket first, for a namespace's handlers
//   [](int a, int b) { return a + b; }             a returned value is the acknowledgement
//   [](Order order, Ack<json> done) { … }          or acknowledge later, from any thread
//   [](Order order) -> Task<bool> { co_return … }  or in a coroutine, which takes no views
//   [](Arguments all) { … }                        everything undecoded
//
// Missing arguments are an error unless std::optional or json; surplus ones are ignored, as in
// JavaScript. Handlers run on the socket's loop, one after another.
#pragma once

#include <socketio/arguments.hpp>
#include <socketio/event_writer.hpp>
#include <socketio/task.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace socketio {

/// Names one registered handler, to take it off again.
using HandlerId = std::uint64_t;

/// Something went wrong in user code, or an event's arguments did not fit its handler: the
/// connection goes on. Or something in the library, as when memory is lacking ("connection"): the
/// connection ends.
struct HandlerError {
  /// Of the event, or what was called: "connection", "disconnecting", "disconnect", "middleware",
  /// "acknowledgement", "error", "timer", "post", "new_namespace", "connection_error",
  /// "allow_request", "generate_id", "engine", "initial_headers", "headers", "cors",
  /// "http GET /path"; at a client "connect", "connect_error", …
  std::string event;
  std::string message;           ///< "argument 0 is missing or …", or what the exception says.
  std::exception_ptr exception;  ///< Of the handler; null if the arguments were wrong.
};

class Socket;
class ClientSocket;

namespace core {
class EventPeer;
}

namespace detail {

struct AckState;

/// Where an acknowledgement goes. Copies share one answer; only the first counts. Thread-safe.
class AckTarget {
 public:
  AckTarget() = default;
  explicit AckTarget(std::shared_ptr<AckState> state) : state_(std::move(state)) {}
  bool requested() const { return state_ != nullptr; }
  void answer(OutgoingEvent& arguments) const;

 private:
  std::shared_ptr<AckState> state_;
};

}  // namespace detail

/// The acknowledgement that a client asked for, as the last parameter of a handler. Call it once,
/// from any thread, now or later; further calls, and calls after the client has gone, do nothing.
/// False if the client asked for none.
template <class... Args>
class Ack {
 public:
  Ack() = default;
  explicit Ack(detail::AckTarget target) : target_(std::move(target)) {}
  explicit operator bool() const { return target_.requested(); }

  void operator()(const Args&... args) const {
    if (!target_.requested()) return;
    detail::OutgoingEvent arguments(detail::OutgoingEvent::AckTag{}, args...);
    target_.answer(arguments);
  }

 private:
  detail::AckTarget target_;
};

namespace detail {

/// One event on its way to handlers. Lives during the dispatch only.
class Invocation {
 public:
  virtual ~Invocation() = default;
  /// The socket of a server's event, or of a client's: make_handler() sees to it that a handler
  /// asks for the one that there is.
  virtual Socket& socket();
  virtual ClientSocket& client_socket();
  /// Who answers and reports when the dispatch is over.
  virtual std::shared_ptr<core::EventPeer> peer() = 0;
  /// The array: name and arguments.
  virtual const Value& payload() const = 0;
  /// The array, walked past the name.
  virtual ValueArray arguments() const {
    ValueArray items(payload());
    Value name;
    items.next(name);
    return items;
  }
  /// The arguments after the first `skip`, undecoded.
  virtual Arguments raw_arguments(std::size_t skip) const = 0;
  virtual bool ack_requested() const = 0;
  virtual AckTarget ack() = 0;
  virtual void answer(OutgoingEvent& arguments) = 0;
  /// Argument `index` (from 0) is missing or has the wrong shape.
  virtual void report_argument(std::size_t index) = 0;
  virtual void report_exception(std::exception_ptr exception) = 0;
};

using EventHandler = std::function<void(Invocation&)>;

/// Functions and function objects whose parameters can be read off: no template, no overloads.
template <class F>
concept HasSignature = std::is_pointer_v<F> || requires {
  &F::operator();
};

template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class R, class... Ps>
struct Signature<R (*)(Ps...)> {
  using Result = R;
  using Parameters = std::tuple<Ps...>;
};
template <class R, class... Ps>
struct Signature<R (*)(Ps...) noexcept> : Signature<R (*)(Ps...)> {};
template <class C, class R, class... Ps>
struct Signature<R (C::*)(Ps...)> : Signature<R (*)(Ps...)> {};
template <class C, class R, class... Ps>
struct Signature<R (C::*)(Ps...) const> : Signature<R (*)(Ps...)> {};
template <class C, class R, class... Ps>
struct Signature<R (C::*)(Ps...) noexcept> : Signature<R (*)(Ps...)> {};
template <class C, class R, class... Ps>
struct Signature<R (C::*)(Ps...) const noexcept> : Signature<R (*)(Ps...)> {};

template <class T>
struct IsAck : std::false_type {};
template <class... Args>
struct IsAck<Ack<Args...>> : std::true_type {};

/// Decoded, it refers to the packet, which ends with the dispatch.
template <class T>
struct HoldsView : std::false_type {};
template <>
struct HoldsView<std::string_view> : std::true_type {};
template <class T, std::size_t Extent>
struct HoldsView<std::span<T, Extent>> : std::true_type {};
template <class T, std::size_t Size>
struct HoldsView<std::array<T, Size>> : HoldsView<T> {};
template <template <class...> class Container, class... Ts>
struct HoldsView<Container<Ts...>> : std::disjunction<HoldsView<Ts>...> {};
template <class... Args>
struct HoldsView<Ack<Args...>> : std::false_type {};

template <class Tuple>
struct AnyHoldsView;
template <class... Ps>
struct AnyHoldsView<std::tuple<Ps...>> : std::disjunction<HoldsView<std::remove_cvref_t<Ps>>...> {};

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// Fills one parameter; false if the argument does not fit.
template <class P>
bool take_argument(Invocation& call, ValueArray& items, std::size_t& index, P& out) {
  if constexpr (std::is_same_v<P, Socket>) {
    out = call.socket();
    return true;
  } else if constexpr (std::is_same_v<P, ClientSocket>) {
    out = call.client_socket();
    return true;
  } else if constexpr (IsAck<P>::value) {
    if (call.ack_requested()) out = P(call.ack());
    return true;
  } else if constexpr (std::is_same_v<P, Arguments>) {
    out = call.raw_arguments(index);
    return true;
  } else {
    Value item;
    ++index;
    if (items.next(item)) return decode(item, out);
    return IsOptional<P>::value || std::is_same_v<P, json>;
  }
}

template <class Tuple>
bool take_arguments(Invocation& call, Tuple& out) {
  ValueArray items = call.arguments();
  std::size_t index = 0;
  const bool fits = std::apply(
      [&](auto&... parameters) { return (take_argument(call, items, index, parameters) && ...); },
      out);
  if (!fits) call.report_argument(index - 1);
  return fits;
}

template <class... Ps>
std::tuple<std::remove_cvref_t<Ps>...> storage_for(std::tuple<Ps...>*);

/// Calls f with the stored parameters, each in the value category that its signature asks for.
template <class Parameters, class F, class Storage, std::size_t... Is>
decltype(auto) call_with(F& f, Storage& storage, std::index_sequence<Is...>) {
  return f(static_cast<std::tuple_element_t<Is, Parameters>&&>(std::get<Is>(storage))...);
}

void report_exception(core::EventPeer& peer, std::string_view event, std::exception_ptr exception);
void report_exception(const Socket& socket, std::string_view event, std::exception_ptr exception);

std::shared_ptr<TaskLoop> loop_of(core::EventPeer& peer);
std::shared_ptr<TaskLoop> loop_of(const Socket& socket);

/// Runs a coroutine handler; its frame owns handler and parameters.
template <class F, class Parameters, class Storage, class Result>
Detached run_task(std::shared_ptr<TaskLoop>, std::shared_ptr<F> f, Storage storage, AckTarget ack,
                  std::shared_ptr<core::EventPeer> peer, std::string event) {
  using Indices = std::make_index_sequence<std::tuple_size_v<Parameters>>;
  std::exception_ptr failure;
  try {
    if constexpr (std::is_void_v<Result>) {
      co_await call_with<Parameters>(*f, storage, Indices{});
    } else {
      Result result = co_await call_with<Parameters>(*f, storage, Indices{});
      if (ack.requested()) {
        OutgoingEvent arguments(OutgoingEvent::AckTag{}, std::move(result));
        ack.answer(arguments);
      }
    }
  } catch (...) {
    failure = std::current_exception();
  }
  if (!failure) co_return;
  try {
    report_exception(*peer, event, failure);
  } catch (...) {
    // No memory to report it with.
  }
}

/// Calls the handler and answers with what it returns.
template <class F, class Parameters, class Storage>
void run(Invocation& call, const std::shared_ptr<F>& f, Storage& storage) {
  using Result = typename Signature<F>::Result;
  using Indices = std::make_index_sequence<std::tuple_size_v<Parameters>>;
  if constexpr (is_task<Result>) {
    Value name;
    ValueArray(call.payload()).next(name);
    std::string_view event;
    name.get(event);
    const auto peer = call.peer();
    run_task<F, Parameters, Storage, typename Result::Value>(
        loop_of(*peer), f, std::move(storage), call.ack_requested() ? call.ack() : AckTarget{},
        peer, std::string(event));
  } else if constexpr (std::is_void_v<Result>) {
    call_with<Parameters>(*f, storage, Indices{});
  } else {
    auto result = call_with<Parameters>(*f, storage, Indices{});
    if (call.ack_requested()) {
      OutgoingEvent arguments(OutgoingEvent::AckTag{}, std::move(result));
      call.answer(arguments);
    }
  }
}

template <class Tuple, class T>
struct Names;
template <class... Ps, class T>
struct Names<std::tuple<Ps...>, T>
    : std::bool_constant<(std::is_same_v<std::remove_cvref_t<Ps>, T> || ...)> {};

/// `Side` is the socket's class where the handler is registered: Socket or ClientSocket, or void where
/// events come from no socket.
template <class Side, class F>
EventHandler make_handler(F function) {
  using Function = std::decay_t<F>;
  if constexpr (!HasSignature<Function>) {
    static_assert(
        HasSignature<Function>,
        "socketio: this handler's parameters cannot be read off. Write their types out, as in "
        "[](std::string text, int count) { ... }: no auto, no overloaded operator()");
    return nullptr;
  } else {
    using Parameters = typename Signature<Function>::Parameters;
    using Storage = decltype(storage_for(static_cast<Parameters*>(nullptr)));
    static_assert(std::is_default_constructible_v<Storage>,
                  "socketio: a handler's parameter is made first and decoded then, so its type "
                  "needs a default "
                  "constructor");
    static_assert(
        !is_task<typename Signature<Function>::Result> || !AnyHoldsView<Parameters>::value,
        "socketio: a coroutine outlives the packet that std::string_view and std::span "
        "refer to: take a std::string or Bytes");
    static_assert(
        (std::is_same_v<Side, Socket> || !Names<Parameters, Socket>::value) &&
            (std::is_same_v<Side, ClientSocket> || !Names<Parameters, ClientSocket>::value),
        "socketio: handlers of a server may take a Socket, those of a client a "
        "ClientSocket, and those of server_side_emit neither");
    return [f = std::make_shared<Function>(std::move(function))](Invocation& call) {
      try {
        Storage storage;
        if (take_arguments(call, storage)) run<Function, Parameters>(call, f, storage);
      } catch (...) {
        call.report_exception(std::current_exception());
      }
    };
  }
}

/// Where a handler goes among those that are there.
enum class Position : std::uint8_t { front, back };

/// Handlers by event; see core/handler_table.hpp.
class HandlerTable;
class HandlerTableRef {
 public:
  enum class Times : std::uint8_t { always, once };
  explicit HandlerTableRef(HandlerTable* table) : table_(table) {}
  HandlerId add(std::string event, EventHandler handler, Times times);
  void remove(std::string_view event, HandlerId handler);
  void remove(std::string_view event);
  void remove_all();

 private:
  HandlerTable* table_;
};

}  // namespace detail
}  // namespace socketio
