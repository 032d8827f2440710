// SPDX-License-Identifier: MIT
#include "scenario.hpp"
#include "websocket_client.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace load {
namespace {

// What the server allocates only once is not a cost of a connection: the memory is read first when
// this many are connected, and again when all are.
constexpr std::size_t connections_of_baseline = 100;

struct Idle {
  Loop loop;
  Report report;
  std::size_t ready = 0;

  explicit Idle(const Options& options) : loop(options), report("idle", "connections", options) {}
};

class IdleClient final : public WebSocketClient {
 public:
  IdleClient(Idle& idle, const Target& target) : WebSocketClient(idle.loop, target), idle_(idle) {}

 private:
  void on_ready() override { ++idle_.ready; }

  void on_failure(std::string_view why) override {
    if (!is_ready()) ++idle_.ready;
    idle_.report.failed(why);
  }

  Idle& idle_;
};

}  // namespace

Report run_idle(const Options& options) {
  Idle idle(options);
  std::vector<std::unique_ptr<IdleClient>> clients;
  const auto open_until = [&](std::size_t total) {
    const std::size_t before = clients.size();
    open_all(
        idle.loop, total - before,
        [&](std::size_t) {
          clients.push_back(std::make_unique<IdleClient>(idle, options.target));
          clients.back()->connect(static_cast<unsigned>(clients.size()));
        },
        [&] { return idle.ready - before; });
    idle.loop.run_until_time(monotonic_ns() +
                             static_cast<std::uint64_t>(options.warmup_seconds * 1e9));
  };
  const std::size_t baseline = std::min(connections_of_baseline, options.connections / 2);
  open_until(baseline);
  const std::uint64_t before = resident_bytes(options.target.server_pid);
  open_until(options.connections);
  measure(idle.loop, options, idle.report, [] {});
  const double grown =
      static_cast<double>(idle.report.server_resident_bytes) - static_cast<double>(before);
  if (before > 0) {
    idle.report.bytes_per_connection = grown / static_cast<double>(options.connections - baseline);
  }
  return std::move(idle.report);
}

}  // namespace load
