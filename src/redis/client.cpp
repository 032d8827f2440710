// SPDX-License-Identifier: MIT
#include "redis/client.hpp"

#include "redis/cluster_client.hpp"
#include "redis/single_client.hpp"

namespace socketio::redis {

void Client::tell_presence(std::string_view why) {
  const Presence presence = is_ready() ? Presence::present : Presence::away;
  if (presence == presence_) return;
  presence_ = presence;
  if (on_presence_) on_presence_(presence, why);
}

std::unique_ptr<Client> make_client(Loop& loop, std::unique_ptr<Connector> connector,
                                    const ConnectionSettings& settings,
                                    Client::OnPresence on_presence) {
  if (settings.address.cluster.empty()) {
    return std::make_unique<SingleClient>(loop, std::move(connector), settings,
                                          std::move(on_presence));
  }
  return std::make_unique<ClusterClient>(loop, std::move(connector), settings,
                                         std::move(on_presence));
}

}  // namespace socketio::redis
