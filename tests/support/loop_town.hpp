// SPDX-License-Identifier: MIT
// LoopTown: a server of several loops in one virtual time, without threads and sockets: the real
// server::LoopGroup, LoopBus and cluster nodes on loops that the test wakes in whatever order it likes.
//
//   LoopTown town(3, seed);
//   town.on_first([&] { town.main().on("hi", …); });   // on the others when they wake
//   TownClient client(town.worker(1), "/");
//   client.send(R"(["hi"])");                          // a turn of its loop
//   town.worker(0).wake();                             // a turn that runs what was posted to it
//
// Life cycle: clients end before the town. One thread.
#pragma once

#include "base/loop_place.hpp"
#include "cluster/bus.hpp"
#include "cluster/node.hpp"
#include "core/server/namespace_state.hpp"
#include "server/loop_bus.hpp"
#include "server/loop_group.hpp"
#include "support/core_peer.hpp"
#include "support/simulated_loop.hpp"

#include <socketio/namespace.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::support {

class SteppedLoop final : public Loop {
 public:
  /// `running` is the loop whose turn it is, which several share; null between the turns.
  SteppedLoop(const Loop*& running, std::uint64_t seed)
      : Loop(TimePoint{}, dice_), running_(running), dice_(seed) {}

  std::int64_t wall_clock_ms() const override { return 1'700'000'000'000; }
  void post(Task task) override { posted_.push_back(std::move(task)); }
  bool has_run_posted() const override { return posted_.empty(); }
  bool is_current() const override { return running_ == this; }

  /// One turn, in which `work` happens.
  template <class Work>
  void turn(Work work) {
    running_ = this;
    work();
    finish_turn();
    running_ = nullptr;
  }
  void wake() {
    turn([this] { run_posted(); });
  }
  void pass(Duration time) {
    turn([&] { timers().advance(now() + time); });
  }

 private:
  void run_posted() override {
    for (const Task& task : std::exchange(posted_, {})) run(task);
  }
  void request_finish_turn() override {}

  const Loop*& running_;
  Dice dice_;
  std::vector<Task> posted_;
};

/// A loop with its node, as server::Worker has it.
class TownWorker final : public engine::SessionOwner {
 public:
  using WrapBus = std::function<std::unique_ptr<cluster::Bus>(std::unique_ptr<cluster::Bus>)>;

  TownWorker(std::unique_ptr<SteppedLoop> loop, const LoopPlace& place, server::LoopGroup& group,
             server::LoopBuses& buses, const WrapBus& wrap)
      : SessionOwner(*loop, {}),
        loop_(std::move(loop)),
        index_(place.index),
        group_(group),
        buses_(buses),
        cluster_(std::make_shared<cluster::ClusterNode>(*loop_)) {
    cluster_->add(wrap(buses.make_bus(*loop_)),
                  {.peers = cluster::Peers::loops, .clients_timeout = std::nullopt});
    core::Options options;
    options.place = place;
    options.cleanup_empty_child_namespaces = true;
    options.adapter = cluster_->adapter_factory();
    options.parent_adapter = cluster_->parent_adapter_factory();
    node_ = std::make_unique<core::Node>(*loop_, options, &group);
    group.add(*loop_, *node_);
  }
  ~TownWorker() override {
    group_.remove(index_);
    buses_.remove(index_);
    loop_->turn([this] {
      cluster_->leave();
      node_.reset();
    });
  }
  TownWorker(const TownWorker&) = delete;
  TownWorker& operator=(const TownWorker&) = delete;

  SteppedLoop& loop() { return *loop_; }
  void add_headers(const engine::Exchange&, const engine::Session&,
                   http::Response&) const override {}
  bool on_session_closing(engine::Session&) override { return true; }
  void on_session_end(engine::Session&) override {}

  core::Node& node() { return *node_; }
  cluster::ClusterNode& cluster() { return *cluster_; }

 private:
  const std::unique_ptr<SteppedLoop> loop_;
  const std::size_t index_;
  server::LoopGroup& group_;
  server::LoopBuses& buses_;
  const std::shared_ptr<cluster::ClusterNode> cluster_;
  std::unique_ptr<core::Node> node_;
};

class LoopTown {
 public:
  LoopTown(
      std::size_t loops, std::uint64_t seed,
      const TownWorker::WrapBus& wrap = [](auto bus) { return bus; })
      : group_(loops), buses_(std::make_shared<server::LoopBuses>(loops)) {
    for (std::size_t index = 0; index < loops; ++index) {
      workers_.push_back(
          std::make_unique<TownWorker>(std::make_unique<SteppedLoop>(running_, seed + index),
                                       LoopPlace{index, loops}, group_, *buses_, wrap));
    }
    group_.begin_running();
    on_first([this] {
      main_ = Namespace(group_.make([](core::Node& node) { return node.of("/"); }));
      parent_number_ = group_.next_parent_number();
      const auto matches = [](std::string_view name) { return name.size() == 2; };
      dynamic_ = Namespace(group_.make([matches, number = parent_number_](core::Node& node) {
        return node.of_pattern(matches, number);
      }));
    });
  }
  ~LoopTown() {
    settle();
    group_.end_running();
    main_ = Namespace(nullptr);
    dynamic_ = Namespace(nullptr);
  }
  LoopTown(const LoopTown&) = delete;
  LoopTown& operator=(const LoopTown&) = delete;

  std::size_t size() const { return workers_.size(); }
  TownWorker& worker(std::size_t index) { return *workers_[index]; }
  std::vector<std::unique_ptr<TownWorker>>& workers() { return workers_; }
  const server::LoopBuses& buses() const { return *buses_; }
  /// The loop whose turn it is.
  std::optional<std::size_t> running() const {
    for (std::size_t index = 0; index < workers_.size(); ++index) {
      if (workers_[index]->loop().is_current()) return index;
    }
    return std::nullopt;
  }
  const Namespace& main() const { return main_; }
  /// The parent of namespaces whose names are a slash and a letter.
  const Namespace& dynamic() const { return dynamic_; }
  std::vector<std::string> dynamic_children() const { return group_.children_of(parent_number_); }

  template <class Work>
  void on_first(Work work) {
    workers_.front()->loop().turn(std::move(work));
  }
  /// Wakes loops until nothing is posted.
  void settle() {
    const auto find = [this] {
      return std::find_if(workers_.begin(), workers_.end(),
                          [](const auto& worker) { return !worker->loop().has_run_posted(); });
    };
    for (auto found = find(); found != workers_.end(); found = find()) (*found)->loop().wake();
  }
  void pass(Duration time) {
    for (const auto& worker : workers_) worker->loop().pass(time);
  }

 private:
  const Loop* running_ = nullptr;
  server::LoopGroup group_;
  const std::shared_ptr<server::LoopBuses> buses_;
  std::vector<std::unique_ptr<TownWorker>> workers_;
  std::size_t parent_number_ = 0;
  Namespace main_{nullptr};
  Namespace dynamic_{nullptr};
};

/// A client of one namespace. Each call is a turn of its loop.
class TownClient {
 public:
  TownClient(TownWorker& worker, const std::string& nsp)
      : worker_(worker),
        prefix_(nsp == "/" ? std::string() : nsp + ","),
        transport_(std::make_shared<KeptTransport>()),
        session_(std::make_shared<engine::Session>(worker, "session", engine::OpeningRequest{})) {
    worker_.loop().turn([this] {
      session_->open(transport_);
      handler_ = worker_.node().accept(session_);
      session_->set_handler(handler_);
      transport_->sent.clear();
      handler_->on_text('0' + prefix_);
    });
  }
  ~TownClient() { leave(); }
  TownClient(const TownClient&) = delete;
  TownClient& operator=(const TownClient&) = delete;

  void send(const std::string& event) { send_packet('2' + prefix_ + event); }
  void answer(const std::string& ack_id, const std::string& arguments) {
    send_packet('3' + prefix_ + ack_id + arguments);
  }
  void leave() {
    worker_.loop().turn([this] { session_->close(DisconnectReason::transport_close); });
  }
  /// What has arrived since the last call: Socket.IO packets without the namespace.
  std::vector<std::string> received() {
    std::vector<std::string> packets = std::exchange(transport_->sent, {});
    std::erase_if(packets, [](const std::string& packet) { return !packet.starts_with('4'); });
    for (std::string& packet : packets) {
      packet.erase(0, 1);
      if (packet.compare(1, prefix_.size(), prefix_) == 0) packet.erase(1, prefix_.size());
    }
    return packets;
  }

 private:
  void send_packet(const std::string& packet) {
    worker_.loop().turn([&] { handler_->on_text(packet); });
  }

  TownWorker& worker_;
  const std::string prefix_;
  const std::shared_ptr<KeptTransport> transport_;
  const std::shared_ptr<engine::Session> session_;
  std::shared_ptr<engine::SessionHandler> handler_;
};

}  // namespace socketio::support
