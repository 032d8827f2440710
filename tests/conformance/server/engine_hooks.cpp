// SPDX-License-Identifier: MIT
#include "engine_hooks.hpp"

#include <chrono>
#include <random>
#include <stdexcept>
#include <string>

namespace conformance {

namespace {

using socketio::EngineDecision;
using socketio::HttpRequest;
using socketio::HttpResponse;
using socketio::ResponseHeaders;
using socketio::Task;

std::string random_id() {
  static std::random_device random;
  return std::to_string(random()) + "-" + std::to_string(random());
}

Task<EngineDecision> take_step(const HttpRequest& request) {
  const std::string_view step = request.header("x-step");
  if (step == "refuse") {
    HttpResponse refusal = HttpResponse::text("refused by a middleware", 401);
    co_return EngineDecision{{}, refusal};
  }
  if (step == "fail") throw std::runtime_error("failed on purpose");
  if (step == "later") co_await socketio::sleep_for(std::chrono::milliseconds(20));
  if (step == "header") co_return EngineDecision{{{"x-middleware", "passed"}}, {}};
  co_return EngineDecision{};
}

}  // namespace

socketio::ServerOptions with_hooks(socketio::ServerOptions options) {
  socketio::CookieOptions cookie;
  cookie.name = "session";
  cookie.max_age = std::chrono::seconds(100);
  cookie.domain = "example.org";
  cookie.same_site = socketio::CookieOptions::SameSite::strict;
  cookie.secure = true;
  options.cookie = cookie;
  options.generate_id = [](const HttpRequest& request) {
    const std::string wanted(request.header("x-session-id"));
    if (wanted == "none") throw std::runtime_error("no id on purpose");
    return wanted.empty() ? random_id() : wanted;
  };
  return options;
}

void add_engine_hooks(socketio::Server& io) {
  io.engine().use(take_step);
  io.engine().on_initial_headers([](ResponseHeaders& headers, const HttpRequest& request) {
    headers.set("x-initial", request.method);
  });
  io.engine().on_headers([](ResponseHeaders& headers, const HttpRequest& request) {
    headers.set("x-every", request.method);
  });
}

}  // namespace conformance
