// SPDX-License-Identifier: MIT
// What a server's middlewares get: the event, and Next, which continues or refuses. Also the
// types of the hooks that a server calls, and how each of them reports exceptions if it is a
// coroutine (hook.hpp).
#pragma once

#include <socketio/handler.hpp>
#include <socketio/hook.hpp>
#include <socketio/json.hpp>
#include <socketio/outcome.hpp>
#include <socketio/watcher.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {

/// An event on its way through packet middlewares, which may change it.
struct Event {
  std::string name;
  json arguments = json::array();
};

/// Why a middleware refuses. From a connection middleware it reaches the client as `connect_error`
/// with message and data.
struct MiddlewareError {
  std::string message;
  json data = nullptr;  ///< null: no `data` member
};

/// Continues the chain of middlewares, or ends it with an error. Call it once, from any thread;
/// further calls do nothing.
class Next {
 public:
  using Function = std::function<void(std::optional<MiddlewareError>)>;
  explicit Next(Function function) : function_(std::move(function)) {}
  void operator()() const { function_(std::nullopt); }
  void operator()(MiddlewareError error) const { function_(std::move(error)); }

 private:
  Function function_;
};

namespace detail {

using DisconnectHandler = std::function<void(Socket&, DisconnectReason)>;
using AnyWatcher = Watcher<Socket&, std::string_view>;
using AnyHandler = AnyWatcher::Function;
using ConnectionMiddleware = std::function<void(Socket&, Next)>;
using PacketMiddleware = std::function<void(Socket&, Event&, Next)>;
using ErrorHandler = std::function<void(Socket&, const MiddlewareError&)>;
using ConnectionHandler = std::function<void(Socket&)>;
using ErrorHook = std::function<void(Socket&, const HandlerError&)>;

/// The event lives as long as Next does, which the middleware may keep.
template <>
struct Kept<Event&> {
  using Type = Event&;
};

/// Coroutines that are called for a socket belong to its loop.
struct SocketLoop {
  template <class... Told>
  std::shared_ptr<TaskLoop> loop(const Socket& socket, const Told&...) const {
    return loop_of(socket);
  }
};

/// Passes on to the error hook what a coroutine throws.
struct HookReport : SocketLoop {
  explicit HookReport(const char* name) : hook(name) {}
  const char* hook;

  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const Socket& socket, const Told&...) const {
    report_exception(socket, hook, thrown);
  }
};

/// The same for those that watch all events, by the event's name.
struct WatcherReport : SocketLoop {
  template <class... Told>
  void operator()(const std::exception_ptr& thrown, const Socket& socket, const std::string& event,
                  const Told&...) const {
    report_exception(socket, event, thrown);
  }
};

/// The same for middlewares, which refuse then.
struct MiddlewareReport : SocketLoop {
  void operator()(const std::exception_ptr& thrown, const Socket& socket, const Next& next) const;
  void operator()(const std::exception_ptr& thrown, const Socket& socket, const Event& event,
                  const Next& next) const;
};

template <class F>
AnyHandler make_any_hook(F function) {
  return AnyWatcher::make(std::move(function), WatcherReport{});
}

}  // namespace detail
}  // namespace socketio
