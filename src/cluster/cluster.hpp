// SPDX-License-Identifier: MIT
// Cluster: one node on one bus. It sends requests and answers, gathers the answers to its own
// requests, and knows who else is there. It passes requests of others to its listener.
//
// Life cycle: made with its bus -> open() and close() of namespaces -> leave(), before the loop ends:
// it says goodbye, ends every request that waits, and destroys the bus. After that every call does
// nothing, and requests end at once. Loop's thread only.
#pragma once

#include "base/loop.hpp"
#include "cluster/bus.hpp"
#include "cluster/gather.hpp"
#include "cluster/members.hpp"
#include "cluster/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace socketio::cluster {

/// What the other nodes of a bus are: servers of their own, or loops of the same server. For an event
/// between servers (server_side_emit) all loops together are one.
enum class Peers : std::uint8_t { servers, loops };

struct ClusterOptions {
  Peers peers = Peers::servers;
  /// How long the answer of a node is awaited, where the request does not say.
  std::chrono::milliseconds request_timeout{5'000};
  /// How long the answers of clients on other nodes are awaited, where emit_with_ack does not say. Such
  /// a wait must end: servers in JavaScript do not tell that a client has gone. Nothing for a bus whose
  /// nodes always tell.
  std::optional<std::chrono::milliseconds> clients_timeout{60'000};
  /// For a bus that cannot count.
  MembersLimits members{};
  /// That wait for answers at a time. Beyond this number they end at once, without an answer.
  std::size_t requests = 10'000;
};

class Cluster final : public std::enable_shared_from_this<Cluster>, private Bus::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// A request of another node: Broadcast, SocketsJoin, … ServerSideEmit.
    virtual void on_request(Cluster& from, const MessagePtr& message) = 0;
    /// Another node has the namespace open, or has closed it. A bus of loops tells it of each one.
    virtual void on_opened(Cluster& from, const std::string& nsp, const std::string& node) = 0;
    virtual void on_closed(Cluster& from, const std::string& nsp, const std::string& node) = 0;
    virtual void on_other_room_created(Cluster& from, const std::string& nsp,
                                       const std::string& room) = 0;
    virtual void on_other_room_deleted(Cluster& from, const std::string& nsp,
                                       const std::string& room) = 0;
    virtual void on_count_servers(const std::string& nsp,
                                  std::function<void(std::size_t)> counted) = 0;
  };

  /// The listener outlives it.
  Cluster(Loop& loop, std::unique_ptr<Bus> bus, const ClusterOptions& options, Listener& listener);
  ~Cluster() override { leave(); }

  const ClusterOptions& options() const { return options_; }
  /// Null after leave().
  Bus* bus() { return bus_.get(); }

  void open(const std::string& nsp);
  void close(const std::string& nsp);
  void leave();

  void publish(const std::string& nsp, Body body);
  /// Answers a request.
  void answer(const Message& request, Body body);
  /// Publishes what `make` returns, and gathers the answers.
  void ask(Question question, const std::function<Body(const RequestId& request)>& make);
  /// How many other nodes have the namespace open; nothing if it cannot be known now.
  void count_others(const std::string& nsp,
                    std::function<void(std::optional<std::size_t>)> counted);
  /// For a node whose only bus is one of loops: the number of servers (Bus::count_servers()).
  void count_servers(const std::string& nsp, std::function<void(std::size_t)> counted);

 private:
  struct Opened {
    /// Null for a bus that can count.
    std::shared_ptr<Members> members;
  };

  void on_message(const MessagePtr& message) override;
  void on_left(const std::string& node) override;
  void on_other_room_created(const std::string& nsp, const std::string& room) override;
  void on_other_room_deleted(const std::string& nsp, const std::string& room) override;
  void on_count_servers(const std::string& nsp, std::function<void(std::size_t)> counted) override;
  void on_hello(const Message& message);
  void on_goodbye(const Message& message);
  void expect_all(const std::string& nsp, const RequestId& request);
  void count_again(const std::string& nsp, const std::vector<RequestId>& requests);
  Members* members_of(const std::string& nsp);
  MessagePtr make(const std::string& nsp, Body body) const;

  Loop& loop_;
  std::unique_ptr<Bus> bus_;
  const ClusterOptions options_;
  Listener& listener_;
  /// What bus callbacks look at, which may come when this has gone.
  std::shared_ptr<Cluster*> self_ = std::make_shared<Cluster*>(this);
  Gather gather_;
  std::unordered_map<std::string, Opened> opened_;
};

}  // namespace socketio::cluster
