// SPDX-License-Identifier: MIT
// Gather: the requests of one node that wait for answers of the others on its bus. A request waits for
// one answer of each of a number of nodes, or of each of a set of node ids; a broadcast that asks
// clients also for an answer of each client that these nodes have counted. Each request ends, once:
// when everything has arrived, when those who have not answered are gone, or at its deadline, with what
// is missing. What comes late, twice, or from a node of which nothing is awaited, is ignored.
//
// Life cycle: of its Cluster. Loop's thread only. The callbacks of a request are released when it ends.
#pragma once

#include "base/loop.hpp"
#include "cluster/message.hpp"

#include <socketio/reply.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace socketio::cluster {

/// A request that waits. No callback must throw what could be contained; it is reported.
struct Question {
  /// What the nodes answer with.
  enum class Answer : std::uint8_t { clients, sockets, server_side };
  Answer answer;
  std::string nsp;
  /// How long each node's answer is awaited, and how long those of its clients; forever, if not said.
  std::chrono::milliseconds nodes_timeout;
  std::optional<std::chrono::milliseconds> clients_timeout{};

  /// Called with each answer that counts: ClientCount, ClientAnswer, Sockets or ServerSideAnswer.
  std::function<void(const Body& answer)> answered;
  /// Every node has answered or is missing. Called once. After it, only clients may answer.
  std::function<void(MissingNodes missing)> heard;
  /// The request has ended; of so many clients there is no answer, for this reason. Called once, after
  /// heard().
  std::function<void(std::size_t clients, std::error_code reason)> ended{};
};

class Gather {
 public:
  /// `requests` may wait at a time, each for at most `nodes` nodes.
  Gather(Loop& loop, std::size_t requests, std::size_t nodes)
      : loop_(loop), requests_(requests), nodes_(nodes) {}
  ~Gather();
  Gather(const Gather&) = delete;
  Gather& operator=(const Gather&) = delete;

  /// Its id, with which it can be published. Nothing if too many are waiting: then the question has
  /// ended, and one node is missing at least.
  std::optional<RequestId> start(Question question);
  /// Whom it waits for. Until one of these is called, it collects answers.
  void expect(const RequestId& request, const std::vector<std::string>& nodes);
  void expect(const RequestId& request, std::size_t nodes);
  /// There are no more than so many nodes now, besides those that have answered and then gone.
  void expect_at_most(const RequestId& request, std::size_t nodes);
  /// It cannot be known who is there.
  void give_up(const RequestId& request);

  void on_answer(const Message& message);
  /// The node is gone for the namespace, or for all: nothing is awaited of it any more. Returns the
  /// requests that it may be counted for: they still wait for as many nodes.
  std::vector<RequestId> on_gone(const std::string& nsp, const std::string& node);
  void on_gone(const std::string& node);
  /// Ends all of the namespace; or all.
  void end(const std::string& nsp);
  void end_all();

  std::size_t waiting() const { return waiting_.size(); }

 private:
  class Waiting;

  std::shared_ptr<Waiting> find(const RequestId& request) const;
  template <class Wanted>
  std::vector<std::shared_ptr<Waiting>> those(Wanted wanted) const;

  Loop& loop_;
  const std::size_t requests_;
  const std::size_t nodes_;
  std::unordered_map<RequestId, std::shared_ptr<Waiting>> waiting_;
};

}  // namespace socketio::cluster
