// SPDX-License-Identifier: MIT
// FaultyBus: a bus that does one thing wrong, to prove that a checker notices it. Faults count over all
// buses of a run: the fault is in the n-th broadcast, or in the n-th room that is not a
// socket's own.
//
// One thread.
#pragma once

#include "base/loop_place.hpp"
#include "cluster/bus.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace socketio::support {

struct BusFault {
  enum class Kind : std::uint8_t {
    none,
    drops,        ///< A broadcast is lost.
    doubles,      ///< It comes twice.
    swaps,        ///< It comes after the next message.
    leaks,        ///< It goes to everybody instead of the members of its rooms.
    forgets_room  ///< The others are not told that this node has a member of a room.
  };

  Kind kind = Kind::none;
  std::size_t number = 0;
  std::size_t broadcasts = 0;
  std::size_t rooms = 0;

  bool is_made() const { return kind == Kind::forgets_room ? rooms > number : broadcasts > number; }
};

class FaultyBus final : public cluster::Bus {
 public:
  FaultyBus(std::unique_ptr<cluster::Bus> bus, BusFault& fault)
      : bus_(std::move(bus)), fault_(fault) {}

  const std::string& node_id() const override { return bus_->node_id(); }
  void open(const std::string& nsp, Listener& listener) override { bus_->open(nsp, listener); }
  void close(const std::string& nsp) override { bus_->close(nsp); }
  void publish(cluster::MessagePtr message) override {
    const auto* const broadcast = std::get_if<cluster::Broadcast>(&message->body);
    const bool is_event = broadcast && broadcast->request.empty();
    const bool is_wrong = is_event && fault_.broadcasts++ == fault_.number;
    const cluster::MessagePtr held = std::exchange(held_, nullptr);
    using Kind = BusFault::Kind;
    if (is_wrong && fault_.kind == Kind::swaps) {
      held_ = std::move(message);
    } else if (is_wrong && fault_.kind == Kind::leaks) {
      auto leaked = std::make_shared<cluster::Message>(*message);
      std::get<cluster::Broadcast>(leaked->body).options.rooms.clear();
      bus_->publish(std::move(leaked));
    } else if (!is_wrong || fault_.kind != Kind::drops) {
      bus_->publish(message);
      if (is_wrong && fault_.kind == Kind::doubles) bus_->publish(message);
    }
    if (held) bus_->publish(held);
  }
  void answer(const std::string& node, cluster::MessagePtr message) override {
    bus_->answer(node, std::move(message));
  }
  void leave() override { bus_->leave(); }
  Nodes nodes() const override { return bus_->nodes(); }
  std::vector<std::string> other_nodes() const override { return bus_->other_nodes(); }
  void want_rooms() override { bus_->want_rooms(); }
  void count_servers(const std::string& nsp, std::function<void(std::size_t)> counted) override {
    bus_->count_servers(nsp, std::move(counted));
  }
  void on_room_created(const std::string& nsp, const std::string& room) override {
    const bool is_own = is_drawn_id(room);
    const bool is_wrong = !is_own && fault_.rooms++ == fault_.number;
    if (is_wrong && fault_.kind == BusFault::Kind::forgets_room) return;
    bus_->on_room_created(nsp, room);
  }
  void on_room_deleted(const std::string& nsp, const std::string& room) override {
    bus_->on_room_deleted(nsp, room);
  }

 private:
  const std::unique_ptr<cluster::Bus> bus_;
  BusFault& fault_;
  cluster::MessagePtr held_;
};

}  // namespace socketio::support
