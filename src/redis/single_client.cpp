// SPDX-License-Identifier: MIT
#include "redis/single_client.hpp"

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

SingleClient::SingleClient(Loop& loop, std::unique_ptr<Connector> connector,
                           const ConnectionSettings& settings, OnPresence on_presence)
    : Client(std::move(on_presence)),
      connector_(connector_to(settings.address, loop, std::move(connector))),
      settings_(settings),
      log_of_commands_(describe(settings.address), "commands"),
      log_of_subscriptions_(describe(settings.address), "subscriptions"),
      commands_(Connection::make(loop, *connector_, settings, *this)),
      subscriber_(loop, *connector_, settings,
                  [this](const StateChange& change) { tell(change, log_of_subscriptions_); }) {}

SingleClient::~SingleClient() { close(); }

void SingleClient::open() {
  subscriber_.open();
  commands_->open();
}

void SingleClient::close() {
  commands_->close();
  subscriber_.close();
}

void SingleClient::ask_all(const std::vector<std::string_view>& words, OnAnswers on_answers) {
  send(Command(words), [on_answers = std::move(on_answers)](const Answer& answer) {
    on_answers(answer ? std::vector<Reply>{*answer} : std::vector<Reply>());
  });
}

void SingleClient::tell(const StateChange& change, ConnectionLog& log) {
  log.tell(change);
  tell_presence(change.why);
}

}  // namespace socketio::redis
