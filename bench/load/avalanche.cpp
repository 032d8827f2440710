// SPDX-License-Identifier: MIT
#include "back_off.hpp"
#include "scenario.hpp"
#include "websocket_client.hpp"

#include <memory>
#include <random>
#include <vector>

namespace load {
namespace {

// The option `timeout` of the official client.
constexpr std::uint64_t attempt_timeout = 20'000 * millisecond;
// Whoever has not been served by then has given up: people have closed the page.
constexpr std::uint64_t patience = 60'000 * millisecond;

// All clients lose their connections at once and come back.
struct Avalanche {
  Loop loop;
  Report report;
  std::mt19937 random{1};  // the same delays in each run
  std::size_t ready = 0;
  std::size_t served = 0;
  std::uint64_t cut_at = 0;
  unsigned opened = 0;

  explicit Avalanche(const Options& options)
      : loop(options), report("avalanche", "clients", options) {}
};

class ReturningClient final : public WebSocketClient {
 public:
  ReturningClient(Avalanche& avalanche, const Target& target)
      : WebSocketClient(avalanche.loop, target), avalanche_(avalanche) {}

  void open() { connect(avalanche_.opened++); }
  void cut() {
    reset();
    wait();
  }
  // Called in each turn after the cut.
  void look_at_clock(std::uint64_t now) {
    if (now < next_) return;
    if (is_open()) {
      reset();
      return wait();
    }
    next_ = now + attempt_timeout;
    open();
  }

 private:
  void on_ready() override {
    if (avalanche_.cut_at == 0) {
      ++avalanche_.ready;
      return;
    }
    next_ = never;
    ++avalanche_.served;
    avalanche_.report.latency.record(loop().now() - avalanche_.cut_at, 1);
  }
  void on_failure(std::string_view why) override {
    if (avalanche_.cut_at != 0) return wait();
    ++avalanche_.ready;
    avalanche_.report.failed(why);
  }
  void wait() { next_ = loop().now() + back_off(avalanche_.random, attempts_++); }

  static constexpr std::uint64_t never = ~std::uint64_t{0};
  Avalanche& avalanche_;
  unsigned attempts_ = 0;
  // When the next attempt begins, or the running one has taken too long.
  std::uint64_t next_ = never;
};

}  // namespace

Report run_avalanche(const Options& options) {
  Avalanche avalanche(options);
  std::vector<std::unique_ptr<ReturningClient>> clients;
  open_all(
      avalanche.loop, options.connections,
      [&](std::size_t) {
        clients.push_back(std::make_unique<ReturningClient>(avalanche, options.target));
        clients.back()->open();
      },
      [&] { return avalanche.ready; });
  Loop& loop = avalanche.loop;
  loop.run_until_time(monotonic_ns() + static_cast<std::uint64_t>(options.warmup_seconds * 1e9));

  const Usage at_begin = Usage::now(options);
  loop.touch_clock();
  avalanche.cut_at = loop.now();
  for (const auto& client : clients) client->cut();
  loop.on_turn([&] {
    for (const auto& client : clients) client->look_at_clock(loop.now());
  });
  loop.run_until([&] {
    return avalanche.served == clients.size() || loop.now() > avalanche.cut_at + patience;
  });
  Report& report = avalanche.report;
  report.measured(at_begin, Usage::now(options), options.target);
  report.count = avalanche.served;
  report.given_up = clients.size() - avalanche.served;
  report.peak_resident_bytes = peak_resident_bytes(options.target.server_pid);
  return std::move(report);
}

}  // namespace load
