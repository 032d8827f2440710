// SPDX-License-Identifier: MIT
// ScriptedPorts: a ScriptedRedis on each port of a simulated network, whatever the host.
//
// Life cycle: a connector, which outlives the connections. Single thread, that of the loop.
#pragma once

#include "support/scripted_redis.hpp"
#include "support/simulated_connector.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace socketio::support {

/// A scripted Redis on each port of the simulation.
class ScriptedPorts final : public Connector {
 public:
  explicit ScriptedPorts(SimulatedLoop& loop, const NetworkProfile& profile = {})
      : network_(loop, profile), loop_(loop) {}

  struct Port {
    explicit Port(Network& network, SimulatedLoop& loop)
        : redis(network), connector(loop, redis.dial()) {
      connector.delay_min = connector.delay_max = std::chrono::milliseconds(1);
    }
    ScriptedRedis redis;
    SimulatedConnector connector;
  };

  Port& operator[](std::uint16_t number) {
    auto& port = ports_[number];
    if (!port) port = std::make_unique<Port>(network_, loop_);
    return *port;
  }
  std::unique_ptr<Attempt> connect(const Endpoint& endpoint, Done done) override {
    asked.push_back(endpoint.port);
    return (*this)[endpoint.port].connector.connect(endpoint, std::move(done));
  }

  std::vector<int> asked;

 private:
  Network network_;
  SimulatedLoop& loop_;
  std::map<std::uint16_t, std::unique_ptr<Port>> ports_;
};

}  // namespace socketio::support
