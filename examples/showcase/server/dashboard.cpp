// SPDX-License-Identifier: MIT
#include "dashboard.hpp"

#include <chrono>
#include <optional>

namespace showcase {

using namespace std::chrono_literals;
using socketio::HttpRequest;
using socketio::HttpResponse;

Dashboard::Dashboard(socketio::Server& io, std::span<const char* const> namespaces)
    : io_(io), metrics_(process_usage(), Metrics::Clock::now()) {
  // Hooks see every request before the routes; an empty answer lets it go on.
  io.http().use([this](const HttpRequest&) -> std::optional<HttpResponse> {
    metrics_.count_request();
    return std::nullopt;
  });
  for (const char* name : namespaces) {
    io.of(name).on_any([this] { metrics_.count_message(); });
  }
  // Who opens the page later sees the last five minutes at once.
  io.on("metrics-history", [this] { return metrics_.history(); });
  io.every(1s, [this] { update(); });
}

void Dashboard::update() {
  const auto& sample =
      metrics_.sample(process_usage(), Metrics::Clock::now(), io_.engine_clients_count(),
                      std::chrono::system_clock::now());
  // Volatile: a client that is too slow for one misses it, and nothing waits for it.
  io_.volatile_().emit("metrics-update", sample);
}

}  // namespace showcase
