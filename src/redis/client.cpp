// SPDX-License-Identifier: MIT
#include "redis/client.hpp"

#include "base/log.hpp"
#include "redis/sentinel_connector.hpp"

#include <utility>

namespace socketio::redis {

namespace {

std::unique_ptr<Connector> connector_to(const Address& address, Loop& loop,
                                        std::unique_ptr<Connector> connector) {
  if (address.sentinels.endpoints.empty()) return connector;
  return std::make_unique<SentinelConnector>(loop, std::move(connector), address.sentinels);
}

}  // namespace

Client::Client(Loop& loop, std::unique_ptr<Connector> connector, const ConnectionSettings& settings,
               OnPresence on_presence)
    : connector_(connector_to(settings.address, loop, std::move(connector))),
      settings_(settings),
      on_presence_(std::move(on_presence)),
      commands_(Connection::make(loop, *connector_, settings, *this)),
      subscriber_(loop, *connector_, settings,
                  [this](const StateChange& change) { tell(change, said_of_subscriptions_); }) {}

Client::~Client() { close(); }

void Client::open() {
  subscriber_.open();
  commands_->open();
}

void Client::close() {
  commands_->close();
  subscriber_.close();
}

void Client::tell(const StateChange& change, Said& said) {
  log(change, said);
  const Presence presence = is_ready() ? Presence::present : Presence::away;
  if (presence == presence_) return;
  presence_ = presence;
  if (on_presence_) on_presence_(presence, change.why);
}

void Client::log(const StateChange& change, Said& said) const {
  const std::string where = describe(settings_.address);
  if (change.now == ConnectionState::ready) {
    said.why.clear();
    log_line(LogScope::redis, LogLevel::info, {"connected to ", where, " for ", said.name});
  } else if (change.now != ConnectionState::waiting) {
    log_line(LogScope::redis, LogLevel::debug,
             {to_string(change.now), " to ", where, " for ", said.name});
  } else {
    // The same failure again and again is said once.
    const bool is_known = said.why == change.why;
    said.why = change.why;
    const LogLevel level = is_known                                 ? LogLevel::debug
                           : change.remedy == Remedy::configuration ? LogLevel::error
                                                                    : LogLevel::warning;
    log_line(LogScope::redis, level,
             {"no connection to ", where, " for ", said.name, ": ", change.why});
  }
}

}  // namespace socketio::redis
