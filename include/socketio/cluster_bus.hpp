// SPDX-License-Identifier: MIT
// ClusterBus: an adapter of your own. You carry bytes between servers, over NATS, Postgres, or a
// socket; the library does the rest: what the bytes mean, who is there, requests and their answers.
//
//   class MyBus final : public socketio::ClusterBus {
//    public:
//     explicit MyBus(Receiver receiver);  // starts what calls receiver.receive(bytes)
//     void publish(const std::string& nsp, std::string_view bytes) override;
//   };
//
//   socketio::Server io({.adapter = socketio::cluster_adapter([](auto receiver) {
//     return std::make_unique<MyBus>(std::move(receiver));
//   })});
//
// It is what one extends ClusterAdapterWithHeartbeat for in JavaScript: publish() is doPublish(),
// answer() is doPublishResponse(), receive() is onMessage(), and there is one bus for all namespaces.
// The bytes are its messages, as JSON, or as MessagePack if binary data is in them; the first byte
// tells which, because JSON begins with a brace. examples/unix_socket_bus.hpp is a whole bus, and
// docs/adapters.md ("Your own adapter") says what a server does with it.
//
// Life cycle: each server that is made calls the function, which may throw, and has one bus, whatever
// its `threads`. open() of "/" and the first publish() follow before its constructor returns, and
// receive() may be called from the beginning. The bus is destroyed when the server closes, or with it,
// after the last publish(), which says goodbye. Its destructor may wait for threads of its own: from
// then on receive() does nothing.
//
// Threads: the functions of a bus are called one after another, on the server's first loop or by who
// makes and destroys the server. They should return at once, because clients wait for that loop; what
// takes longer is for a thread of the bus. What they throw is logged, and the message is lost.
#pragma once

#include <socketio/adapter.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace socketio {

namespace server {
class BusInbox;
}  // namespace server

class ClusterBus {
 public:
  /// Where a bus brings what arrives. Copies are the same; any thread, at any time.
  class Receiver {
   public:
    explicit Receiver(std::shared_ptr<server::BusInbox> inbox) : inbox_(std::move(inbox)) {}

    /// The name of this server on the bus, which is new for each bus: letters, digits, `-` and `_`.
    /// Its messages have it in them, and answers are addressed to it.
    const std::string& node_id() const;
    /// What another server has published or answered, whole, and in the order in which that one sent
    /// it. What this server itself has published may come back, and is ignored; so is what is no
    /// message, and what is for others. False if the bytes are dropped: they are too large, too much
    /// waits for the loop (ClusterAdapterOptions), or the bus is being destroyed.
    bool receive(std::string_view bytes) const;

   private:
    std::shared_ptr<server::BusInbox> inbox_;
  };

  virtual ~ClusterBus() = default;

  /// To all other servers that have the namespace open, or simply to all. Bytes that cannot be sent
  /// may be dropped: what is sent next repeats nothing, and requests end at their timeout.
  virtual void publish(const std::string& nsp, std::string_view bytes) = 0;
  /// To the one server with that id, as it was in a message that arrived; it is as safe in a name as
  /// node_id() is, and has 64 characters at most. To publish it instead costs more and does the same.
  virtual void answer(const std::string& nsp, const std::string& node_id, std::string_view bytes) {
    (void)node_id;
    publish(nsp, bytes);
  }

  /// For a bus that listens to each namespace: from now on the server wants its messages, or no more.
  virtual void open(const std::string& nsp) { (void)nsp; }
  virtual void close(const std::string& nsp) { (void)nsp; }
};

struct ClusterAdapterOptions {
  /// How long a server says nothing before it says that it is there (`heartbeatInterval`).
  std::chrono::milliseconds heartbeat_interval{5'000};
  /// How long another one says nothing before it counts as gone (`heartbeatTimeout`).
  std::chrono::milliseconds heartbeat_timeout{10'000};
  /// How long other servers' answers are awaited, where timeout() does not say.
  std::chrono::milliseconds requests_timeout{5'000};
  /// A larger message that arrives is dropped.
  std::size_t message_bytes = 10'000'000;
  /// What has arrived and waits for the server's loop. What exceeds it is dropped.
  std::size_t waiting_messages = 10'000;
  std::size_t waiting_bytes = 16 * 1024 * 1024;
};

/// An adapter of buses that the function makes, one for each server. All servers of a cluster should
/// have the same heartbeat times. Throws std::invalid_argument if a time is not more than 0, or the
/// timeout not more than the interval.
Adapter cluster_adapter(
    std::function<std::unique_ptr<ClusterBus>(ClusterBus::Receiver receiver)> make_bus,
    ClusterAdapterOptions options = {});

}  // namespace socketio
