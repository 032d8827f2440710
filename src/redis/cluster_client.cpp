// SPDX-License-Identifier: MIT
#include "redis/cluster_client.hpp"

#include <functional>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace socketio::redis {

class ClusterClient::OwnerConnector final : public KeyConnector {
 public:
  OwnerConnector(ClusterClient& client, Slot slot) : client_(client), slot_(slot) {}

  std::unique_ptr<Attempt> connect(const Endpoint&, Done done) override {
    // The last connection may have ended because the slot has moved.
    client_.nodes_->doubt();
    if (const auto asked = std::exchange(asked_, std::nullopt)) {
      reached_ = *asked;
    } else if (const ClusterNode* const owner = client_.nodes_->owner(slot_)) {
      reached_ = owner->endpoint();
    } else {
      return std::make_unique<Nowhere>(client_.loop_, std::move(done));
    }
    return client_.connector_->connect(reached_, std::move(done));
  }
  std::optional<Redirection::Kind> redirect(std::string_view error) override {
    const auto redirection = redirection_in(error, reached_);
    if (!redirection) return std::nullopt;
    client_.nodes_->learn(*redirection);
    asked_.reset();
    if (redirection->kind == Redirection::Kind::ask) asked_ = redirection->endpoint;
    return redirection->kind;
  }
  void watch(std::function<void()> on_moving) override { on_moving_ = std::move(on_moving); }

  void tell_moving(Slot slot) const {
    if (slot == slot_ && on_moving_) on_moving_();
  }

 private:
  /// Fails later in this turn.
  class Nowhere final : public Attempt {
   public:
    Nowhere(Loop& loop, Done done) : done_(std::make_shared<Done>(std::move(done))) {
      loop.defer([weak = std::weak_ptr(done_)] {
        const auto kept = weak.lock();
        if (kept)
          (*kept)(nullptr, {std::make_error_code(std::errc::host_unreachable),
                            "no server of the cluster has the slot"});
      });
    }

   private:
    const std::shared_ptr<Done> done_;
  };

  ClusterClient& client_;
  const Slot slot_;
  Endpoint reached_;
  // Where the next attempt goes, and only that: if it fails, the owner may know better.
  std::optional<Endpoint> asked_;
  std::function<void()> on_moving_;
};

ClusterClient::ClusterClient(Loop& loop, std::unique_ptr<Connector> connector,
                             const ConnectionSettings& settings, OnPresence on_presence)
    : Client(std::move(on_presence)),
      loop_(loop),
      connector_(std::move(connector)),
      settings_(settings),
      nodes_(std::make_shared<ClusterNodes>(loop, *connector_, settings,
                                            static_cast<ClusterNode::Listener&>(*this),
                                            [this] { on_map(); })),
      commands_(std::make_shared<ClusterCommands>(loop, *nodes_, settings)),
      subscriptions_(*nodes_) {}

ClusterClient::~ClusterClient() { close(); }

void ClusterClient::close() {
  commands_->close();
  nodes_->close();
}

KeyConnector& ClusterClient::connector_for(std::string_view key) {
  owner_connectors_.push_back(std::make_unique<OwnerConnector>(*this, slot_of(key)));
  return *owner_connectors_.back();
}

void ClusterClient::ask_all(const std::vector<std::string_view>& words, OnAnswers on_answers) {
  struct Gathering {
    OnAnswers on_answers;
    std::vector<Reply> answers{};
    std::size_t missing = 1;
    bool is_incomplete = false;

    void end_one() {
      if (--missing != 0) return;
      on_answers(is_incomplete ? std::vector<Reply>() : std::move(answers));
    }
  };
  const auto gathering = std::make_shared<Gathering>(Gathering{std::move(on_answers)});
  nodes_->for_each_member([&](ClusterNode& node, bool is_master) {
    // A replica may have subscribers, too.
    if (node.has_failed()) {
      gathering->is_incomplete |= is_master;
      return;
    }
    ++gathering->missing;
    node.commands().send(Command(words), [gathering, is_master](const Answer& answer) {
      if (answer) {
        gathering->answers.push_back(*answer);
      } else {
        gathering->is_incomplete |= is_master;
      }
      gathering->end_one();
    });
  });
  loop_.defer([gathering, weak = std::weak_ptr(commands_)] {
    if (!weak.expired()) gathering->end_one();
  });
}

bool ClusterClient::take_command(ClusterNode& node, Pipeline::Entry& entry, const Answer& answer) {
  if (answer && answer->is_error() && error_code(answer->text()) == "ASK") {
    for (const auto& connector : owner_connectors_) connector->tell_moving(entry.slot);
  }
  return commands_->take_command(node, entry, answer);
}

void ClusterClient::on_map() {
  subscriptions_.on_map();
  commands_->on_map();
  tell_presence({});
}

void ClusterClient::on_node_state(ClusterNode&, const StateChange& change) {
  nodes_->on_node_state(change);
  tell_presence(change.why);
}

}  // namespace socketio::redis
