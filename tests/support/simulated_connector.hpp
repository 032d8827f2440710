// SPDX-License-Identifier: MIT
// SimulatedConnector: opens connections of the simulated network, and fails as real ones do: it
// refuses, never answers, or takes its time.
//
// Life cycle: made with a function that reaches the server. Faults may change at any time, and
// affect later attempts. Single thread, that of the loop.
#pragma once

#include "base/connector.hpp"
#include "support/client_lanes.hpp"
#include "support/pipe.hpp"

#include <memory>
#include <system_error>
#include <utility>
#include <vector>

namespace socketio::support {

class SimulatedConnector final : public Connector {
 public:
  enum class Mode : std::uint8_t { answer, refuse, silence };

  SimulatedConnector(SimulatedLoop& loop, Dial dial) : loop_(loop), dial_(std::move(dial)) {}

  std::unique_ptr<Attempt> connect(const Endpoint&, Done done) override {
    ++attempts;
    auto attempt = std::make_unique<Underway>();
    if (mode == Mode::silence) return attempt;
    const milliseconds delay{loop_.dice().between(static_cast<std::size_t>(delay_min.count()),
                                                  static_cast<std::size_t>(delay_max.count()))};
    loop_.after(delay, [this, alive = std::weak_ptr(attempt->alive), refused = mode == Mode::refuse,
                        done = std::move(done)] {
      if (!alive.expired()) finish(refused ? nullptr : dial_(), done);
    });
    return attempt;
  }

  /// The client's ends that are in use, the latest one last.
  std::vector<std::shared_ptr<SimulatedStream>> streams() const {
    std::vector<std::shared_ptr<SimulatedStream>> found;
    for (const auto& weak : streams_) {
      const auto stream = weak.lock();
      if (stream && stream->is_open()) found.push_back(stream);
    }
    return found;
  }

  Mode mode = Mode::answer;
  milliseconds delay_min{0};
  milliseconds delay_max{0};
  std::size_t attempts = 0;

 private:
  struct Underway final : Attempt {
    std::shared_ptr<char> alive = std::make_shared<char>();
  };

  void finish(const std::shared_ptr<SimulatedStream>& stream, const Done& done) {
    if (!stream) {
      return done(nullptr, {std::make_error_code(std::errc::connection_refused),
                            "connect to the simulation: Connection refused"});
    }
    std::erase_if(streams_, [](const auto& weak) { return weak.expired(); });
    streams_.push_back(stream);
    done(stream, {});
  }

  SimulatedLoop& loop_;
  Dial dial_;
  std::vector<std::weak_ptr<SimulatedStream>> streams_;
};

}  // namespace socketio::support
