// SPDX-License-Identifier: MIT
#include "scenario.hpp"
#include "websocket_client.hpp"

#include <memory>
#include <vector>

namespace load {
namespace {

class ConnectClient;

struct Storm {
  Loop loop;
  Report report;
  // They connect again at the end of the turn.
  std::vector<ConnectClient*> closed;
  unsigned opened = 0;

  explicit Storm(const Options& options)
      : loop(options), report("connect", "connections", options) {}
};

class ConnectClient final : public WebSocketClient {
 public:
  ConnectClient(Storm& storm, const Target& target)
      : WebSocketClient(storm.loop, target), storm_(storm) {}

  void start() {
    loop().touch_clock();
    started_ = loop().now();
    connect(storm_.opened++);
  }

 private:
  void on_ready() override {
    storm_.report.latency.record(loop().now() - started_, 1);
    ++storm_.report.count;
    reset();
    storm_.closed.push_back(this);
  }

  void on_failure(std::string_view why) override {
    storm_.report.failed(why);
    storm_.closed.push_back(this);
  }

  Storm& storm_;
  std::uint64_t started_ = 0;
};

}  // namespace

Report run_connect(const Options& options) {
  Storm storm(options);
  std::vector<std::unique_ptr<ConnectClient>> clients;
  for (std::size_t i = 0; i < options.connections; ++i) {
    clients.push_back(std::make_unique<ConnectClient>(storm, options.target));
    storm.closed.push_back(clients.back().get());
  }
  std::vector<ConnectClient*> again;
  storm.loop.on_turn([&] {
    again.clear();
    again.swap(storm.closed);
    for (ConnectClient* client : again) client->start();
  });
  measure(storm.loop, options, storm.report, [&] {
    storm.report.count = 0;
    storm.report.latency.clear();
  });
  return std::move(storm.report);
}

}  // namespace load
