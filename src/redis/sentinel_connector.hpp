// SPDX-License-Identifier: MIT
// SentinelConnector: reaches the master that sentinels name. Each attempt asks anew: the sentinel
// that knew it last time first, then the others in turn. Whether what it reaches is the master,
// the connection's greeting asks (ROLE).
//
// Life cycle: as any Connector's; owns the one below. Loop's thread only.
#pragma once

#include "base/connector.hpp"
#include "base/loop.hpp"
#include "redis/url.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace socketio::redis {

class SentinelConnector final : public Connector {
 public:
  /// From connecting to a sentinel to its answer. They are near, and there are others.
  static constexpr std::chrono::milliseconds sentinel_timeout{1'000};

  SentinelConnector(Loop& loop, std::unique_ptr<Connector> below, Sentinels sentinels);
  ~SentinelConnector() override;

  /// To the master, with TLS if the endpoint says so, which says nothing else.
  std::unique_ptr<Attempt> connect(const Endpoint& endpoint, Done done) override;

 private:
  class Question;
  class Search;

  Loop& loop_;
  const std::unique_ptr<Connector> below_;
  const Sentinels sentinels_;
  // The one that is asked first.
  std::size_t first_ = 0;
};

}  // namespace socketio::redis
