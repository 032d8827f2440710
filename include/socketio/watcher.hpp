// SPDX-License-Identifier: MIT
// How a user's function watches all events (on_any and the like). After the event's name it takes
// the arguments as `const json&`, as `const Arguments&` (undecoded), or not at all, and after them,
// if it likes, an `Ack<json>`. Only the form
// that somebody takes is made, because decoding a large packet to json costs several times as much
// as dispatching it. Not for direct use.
#pragma once

#include <socketio/arguments.hpp>
#include <socketio/handler.hpp>
#include <socketio/hook.hpp>
#include <socketio/json.hpp>
#include <socketio/value.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

/// The arguments of one event, each form made once. Views the packet: lives during the dispatch.
class WatchedArguments {
 public:
  /// `payload`: the array with the event's name. `call`: what acknowledges it, for one that arrived.
  WatchedArguments(const Value& payload, std::span<const Bytes> attachments,
                   Invocation* call = nullptr)
      : payload_(payload), attachments_(attachments), call_(call) {}
  ~WatchedArguments();
  WatchedArguments(const WatchedArguments&) = delete;
  WatchedArguments& operator=(const WatchedArguments&) = delete;

  json& as_json();
  const Arguments& undecoded();
  AckTarget ack() { return call_ && call_->ack_requested() ? call_->ack() : AckTarget(); }

 private:
  Value payload_;
  std::span<const Bytes> attachments_;
  Invocation* call_;
  std::optional<json> json_;
  std::optional<Arguments> undecoded_;
};

/// True if F takes the last type of Given when it is called with as many as it accepts.
template <class F, class... Given>
constexpr bool takes_last() {
  constexpr auto part = part_of<F, Given...>();
  return part && part->first + part->count == sizeof...(Given);
}

/// `Before`: the parameters before the arguments.
template <class... Before>
struct Watcher {
  using Function = std::function<void(Before..., WatchedArguments&)>;

  template <class F, class Report>
  static Function make(F function, Report report) {
    // In this order, because a generic lambda gets json and need not compile with anything else.
    if constexpr (takes_last<F, Before..., const json&>()) {
      return with_json(std::move(function), std::move(report));
    } else if constexpr (takes_last<F, Before..., const Arguments&>()) {
      using Hook = std::function<void(Before..., const Arguments&)>;
      return [hook = make_hook<Hook>(std::move(function), std::move(report))](
                 Before... before, WatchedArguments& arguments) {
        hook(before..., arguments.undecoded());
      };
    } else if constexpr (takes_last<F, Before..., const json&, Ack<json>>()) {
      using Hook = std::function<void(Before..., const json&, Ack<json>)>;
      return [hook = make_hook<Hook>(std::move(function), std::move(report))](
                 Before... before, WatchedArguments& arguments) {
        hook(before..., arguments.as_json(), Ack<json>(arguments.ack()));
      };
    } else if constexpr (takes_last<F, Before..., const Arguments&, Ack<json>>()) {
      using Hook = std::function<void(Before..., const Arguments&, Ack<json>)>;
      return [hook = make_hook<Hook>(std::move(function), std::move(report))](
                 Before... before, WatchedArguments& arguments) {
        hook(before..., arguments.undecoded(), Ack<json>(arguments.ack()));
      };
    } else if constexpr (part_of<F, Before...>().has_value()) {
      using Hook = std::function<void(Before...)>;
      return [hook = make_hook<Hook>(std::move(function), std::move(report))](
                 Before... before, WatchedArguments&) { hook(before...); };
    } else {  // of nullptr, or a compile error that says what is wrong
      return with_json(std::move(function), std::move(report));
    }
  }

 private:
  template <class F, class Report>
  static Function with_json(F function, Report report) {
    using Hook = std::function<void(Before..., const json&)>;
    return [hook = make_hook<Hook>(std::move(function), std::move(report))](
               Before... before, WatchedArguments& arguments) {
      hook(before..., arguments.as_json());
    };
  }
};

}  // namespace socketio::detail
