// SPDX-License-Identifier: MIT
// HTTP besides Socket.IO on the same port, so that an application needs no second server: a request
// hook, routes with parameters, JSON, and static folders.
//
//   io.http().get("/health", [] { return HttpResponse::text("ok"); });
//   io.http().get("/users/:id", [](const HttpRequest& request) {
//     return HttpResponse::of_json({{"id", request.param("id")}});
//   });
//   io.http().get("/slow", [](HttpRequest request) -> Task<HttpResponse> {
//     co_await sleep_for(1s);
//     co_return HttpResponse::text("late");
//   });
//   io.http().post("/jobs", [&](const HttpRequest& request, HttpResponder responder) {
//     jobs.add(request, [responder] { responder.respond(HttpResponse::text("done")); });
//   });
//   io.http().serve_folder("/", "web/dist");
//
// Handlers run on the loop, so work that takes long must be done elsewhere, and may answer from there.
// What they throw becomes a 500 and reaches the error hook. Register handlers before the server runs,
// or on the loop. Further requests of a connection wait until one is answered; the application limits
// how long that takes.
#pragma once

#include <socketio/json.hpp>
#include <socketio/task.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace socketio {

namespace server {
class RouterState;
}

namespace detail {
class RequestState;
}

/// The fields of a form.
class HttpForm {
 public:
  static constexpr std::size_t fields_limit = 1'000;

  explicit HttpForm(std::vector<std::pair<std::string, std::string>> fields)
      : fields_(std::move(fields)) {}
  /// Decoded, in their order; a name may come several times.
  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }
  /// The first value of that name; empty if there is none.
  std::string_view value(std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// One request. Its views, and what its functions return views of, live as long as it or a copy of
/// it, on any thread; a thread of its own needs a copy of its own.
class HttpRequest {
 public:
  HttpRequest() = default;
  /// For the library.
  explicit HttpRequest(std::shared_ptr<detail::RequestState> state) : state_(std::move(state)) {}

  std::string_view method;
  std::string_view target;  ///< As it came: path and query.
  std::string path;         ///< Decoded, without query; starts with '/'.
  std::string_view query;   ///< Raw, after '?'.
  std::string_view body;
  std::string address;  ///< Of the peer, without port.
  std::vector<std::pair<std::string_view, std::string_view>> headers;  ///< Line by line.
  std::vector<std::pair<std::string, std::string>>
      params;  ///< From the route's `:name` parts, decoded.

  /// The value of a header, case-insensitively; empty if absent. If the header occurs several
  /// times, the value is that of Handshake::headers.
  std::string_view header(std::string_view name) const;
  /// The value of a `:name` part; empty if there is none.
  std::string_view param(std::string_view name) const;
  /// The decoded value of a query parameter; empty if absent.
  std::string query_value(std::string_view name) const;
  /// The body as JSON; nothing if it is not JSON.
  std::optional<json> body_json() const;
  /// The same. If it is not JSON, `why` says what is wrong, e.g. "it is not JSON".
  std::optional<json> body_json(std::string& why) const;
  /// The body as a form (application/x-www-form-urlencoded, UTF-8); nothing if its Content-Type is
  /// another one, or if it has more than HttpForm::fields_limit fields.
  std::optional<HttpForm> form() const;

  /// The client closed the connection before it was answered: an answer would reach nobody.
  bool closed() const;
  /// Calls `callback` on the loop when that happens, or soon if it has happened already; never
  /// after the answer. Any thread.
  void on_close(std::function<void()> callback) const;

 private:
  std::shared_ptr<detail::RequestState> state_;
  // Values that header() had to join.
  mutable std::map<std::string, std::string, std::less<>> joined_;
};

/// A handler's answer. The server adds Content-Length and Connection, and omits headers with
/// control characters. A status outside 200 to 599 is an error, like an exception.
struct HttpResponse {
  std::uint16_t status = 200;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};

  static HttpResponse text(std::string text, std::uint16_t status = 200);
  static HttpResponse of_json(const json& value, std::uint16_t status = 200);
};

/// How a folder is served.
struct FolderOptions {
  /// A file of the folder, such as "index.html", that answers for paths where there is none: for
  /// pages whose own script reads the path. Its links have to begin with a slash. Paths whose last
  /// part has a dot get 404 still, and so do clients that do not ask for text/html by name: curl
  /// and fetch() take anything, and would take the page for data. Empty: none.
  std::string fallback{};
};

namespace detail {

/// The outcome for one request: a value, an exception, or neither, if nobody will answer.
template <class T>
struct Answered {
  std::optional<T> value;
  std::exception_ptr thrown;
};

}  // namespace detail

/// Answers one request, now or later, from any thread. Copies share one answer, and the first
/// counts. If all copies are dropped without an answer, the request gets 500. Once the client or the
/// server is gone, an answer has no effect.
template <class T>
class Responder {
 public:
  using Complete = std::function<void(detail::Answered<T>)>;

  /// Answers nobody.
  Responder() : Responder([](const detail::Answered<T>&) {}) {}
  /// For the library. A failure is reported even after an answer.
  explicit Responder(Complete complete) : state_(std::make_shared<State>(std::move(complete))) {}

  void respond(T answer) const {
    if (!state_->given.test_and_set()) give({std::move(answer), nullptr});
  }
  /// For the library: as if the handler had thrown.
  void fail(std::exception_ptr thrown) const {
    detail::Answered<T> failure{std::nullopt, std::move(thrown)};
    state_->given.test_and_set() ? state_->complete(std::move(failure)) : give(std::move(failure));
  }

 private:
  void give(detail::Answered<T> answered) const {
    try {
      state_->complete(std::move(answered));
    } catch (...) {
      state_->given.clear();  // the request still has no answer
      throw;
    }
  }

  struct State {
    explicit State(Complete function) : complete(std::move(function)) {}
    ~State() {
      if (given.test_and_set()) return;
      try {
        complete({});
      } catch (...) {
        return;  // no memory to report it with
      }
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    const Complete complete;
    std::atomic_flag given;
  };

  std::shared_ptr<State> state_;
};

using HttpResponder = Responder<HttpResponse>;

namespace detail {

/// Gives the responder what the Task that `ask()` returns comes to. The coroutine keeps both.
template <class Ask, class T>
Detached answer_with(std::shared_ptr<TaskLoop>, Ask ask, Responder<T> responder) {
  std::exception_ptr failure;
  try {
    T answer = co_await ask();
    responder.respond(std::move(answer));
  } catch (...) {
    failure = std::current_exception();
  }
  if (!failure) co_return;
  try {
    responder.fail(failure);
  } catch (...) {
    // No memory to report it with. Dropping the responder tries once more to answer.
  }
}

}  // namespace detail

/// A function that answers a request with a T:
///
///   [](const HttpRequest& request) { return T{…}; }                at once; or without parameter
///   [](HttpRequest request) -> Task<T> { co_return T{…}; }         in a coroutine
///   [](const HttpRequest& request, Responder<T> responder) { … }   later, from any thread
///
/// A coroutine keeps the request that it is called with until it ends, even if it takes a reference.
template <class T>
class RequestHandler {
 public:
  RequestHandler() = default;
  RequestHandler(std::nullptr_t) {}
  template <class F>
  requires(!std::is_same_v<std::decay_t<F>, RequestHandler>) RequestHandler(F function) {
    // An empty std::function is no handler.
    if constexpr (requires { function == nullptr; }) {
      if (function == nullptr) return;
    }
    call_ = make(std::make_shared<F>(std::move(function)));
  }

  explicit operator bool() const { return static_cast<bool>(call_); }
  /// For the library. Throws what a function throws that answers at once.
  void operator()(const std::shared_ptr<detail::TaskLoop>& loop, const HttpRequest& request,
                  const Responder<T>& responder) const {
    call_(loop, request, responder);
  }

 private:
  using Call = std::function<void(const std::shared_ptr<detail::TaskLoop>&, const HttpRequest&,
                                  const Responder<T>&)>;

  template <class F>
  static decltype(auto) ask(F& function, const HttpRequest& request) {
    if constexpr (std::is_invocable_v<F&, const HttpRequest&>) {
      return function(request);
    } else {
      static_assert(std::is_invocable_v<F&>,
                    "socketio: this function takes a const HttpRequest&, and a Responder if it "
                    "answers later");
      return function();
    }
  }

  template <class F>
  static Call make(std::shared_ptr<F> function) {
    if constexpr (std::is_invocable_v<F&, const HttpRequest&, Responder<T>>) {
      static_assert(std::is_void_v<std::invoke_result_t<F&, const HttpRequest&, Responder<T>>>,
                    "socketio: a function answers with its Responder, or with what it returns");
      return [function](const auto&, const HttpRequest& request, const Responder<T>& responder) {
        (*function)(request, responder);
      };
    } else if constexpr (detail::is_task<decltype(ask(*function, std::declval<HttpRequest&>()))>) {
      return [function](const std::shared_ptr<detail::TaskLoop>& loop, const HttpRequest& request,
                        const Responder<T>& responder) {
        detail::answer_with(
            loop, [function, request] { return ask(*function, request); }, responder);
      };
    } else {
      return [function](const auto&, const HttpRequest& request, const Responder<T>& responder) {
        responder.respond(ask(*function, request));
      };
    }
  }

  Call call_;
};

using HttpHandler = RequestHandler<HttpResponse>;

/// The routes of one server. HEAD is answered like GET, without a body. A known path with another
/// method gets 405 with Allow.
class Router {
 public:
  explicit Router(std::shared_ptr<server::RouterState> state) : state_(std::move(state)) {}

  void get(std::string path, HttpHandler handler) {
    add("GET", std::move(path), std::move(handler));
  }
  void post(std::string path, HttpHandler handler) {
    add("POST", std::move(path), std::move(handler));
  }
  void put(std::string path, HttpHandler handler) {
    add("PUT", std::move(path), std::move(handler));
  }
  void patch(std::string path, HttpHandler handler) {
    add("PATCH", std::move(path), std::move(handler));
  }
  void del(std::string path, HttpHandler handler) {
    add("DELETE", std::move(path), std::move(handler));
  }
  void add(std::string method, std::string path, HttpHandler handler);

  /// Serves the files below `folder` under `prefix`, with content types, ETag and HEAD. A folder
  /// is answered with its index.html, after a redirect to the path with a slash at its end. No file
  /// outside the folder is served, not even through a link, and none whose name starts with a dot.
  /// Files are read completely, on the loop, and ranges are ignored: this is meant for the files of
  /// a web page. A file of more than 64 MiB is answered with 500 and reaches the error hook.
  void serve_folder(std::string prefix, std::string folder, FolderOptions options = {});

  /// The hook sees every request that is not for Socket.IO before the routes do. If it answers,
  /// no route does.
  void use(std::function<std::optional<HttpResponse>(const HttpRequest&)> hook);
  /// The same for a request that no route and no file answers, before a folder's fallback and the
  /// 404: to answer unknown paths of an interface with an error of its own.
  void use_last(std::function<std::optional<HttpResponse>(const HttpRequest&)> hook);

 private:
  std::shared_ptr<server::RouterState> state_;
};

}  // namespace socketio
