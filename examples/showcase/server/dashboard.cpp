// SPDX-License-Identifier: MIT
#include "dashboard.hpp"

#include <chrono>
#include <optional>

namespace showcase {

using namespace std::chrono_literals;
using socketio::HttpRequest;
using socketio::HttpResponse;
using socketio::json;

Dashboard::Dashboard(socketio::Server& io, std::span<const char* const> namespaces)
    : io_(io), clients_(io), metrics_(process_usage(), Metrics::Clock::now()) {
  // Hooks see every request before the routes; an empty answer lets it go on.
  io.http().use([this](const HttpRequest&) -> std::optional<HttpResponse> {
    const std::lock_guard lock(mutex_);
    metrics_.count_request();
    return std::nullopt;
  });
  for (const char* name : namespaces) {
    io.of(name).on_any([this] {
      const std::lock_guard lock(mutex_);
      metrics_.count_message();
    });
  }
  // Who opens the page later sees the last five minutes at once.
  io.on("metrics-history", [this] {
    const std::lock_guard lock(mutex_);
    return json(metrics_.history());
  });
  io.every(1s, [this] { update(); });
}

void Dashboard::update() {
  // Volatile: a client that is too slow for one misses it, and nothing waits for it.
  clients_.all().volatile_().emit("metrics-update", sample());
}

MetricsSample Dashboard::sample() {
  const std::size_t connections = io_.engine_clients_count();
  const std::lock_guard lock(mutex_);
  return metrics_.sample(process_usage(), Metrics::Clock::now(), connections,
                         std::chrono::system_clock::now());
}

}  // namespace showcase
