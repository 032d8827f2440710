// SPDX-License-Identifier: MIT
// Seeded runs of a whole client with several namespaces against our whole server, with faults
// and with handlers that act at random. What must hold: events arrive in order, at most once,
// and only while connected; each acknowledgement completes once; at the end both sides agree.
// SIMULATION_SEEDS makes more runs.
#include "support/client_town.hpp"
#include "support/ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace socketio::support {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// Numbers that must increase.
class Rising {
 public:
  bool accepts(std::uint64_t number) { return number > std::exchange(last_, number); }

 private:
  std::uint64_t last_ = 0;
};

class RandomClient {
 public:
  explicit RandomClient(std::uint64_t seed)
      : town_(seed, [this](SimulatedServer& server) { set_up(server); }, options(seed), server(),
              {milliseconds(0), milliseconds(seed % 3 * 15), seed % 4 == 0 ? 50U : 0U}),
        dice_(town_.loop.dice()) {
    town_.connector.delay_max = milliseconds(30);
    for (const char* const name : {"/", "/a", "/b"}) add_socket(name);
  }

  void run() {
    for (int step = 0; step < 60; ++step) {
      trouble();
      act(sockets_[dice_.below(sockets_.size())].handle);
      town_.loop.run_for(milliseconds(dice_.below(300)));
      if (dice_.one_in(100)) break;
    }
    if (dice_.one_in(4)) return end();
    heal();
    for (Watched& socket : sockets_) socket.handle.connect();
    const bool connected = town_.loop.run_until(
        [this] {
          for (const Watched& socket : sockets_) {
            if (!socket.handle.connected()) return false;
          }
          return true;
        },
        minutes(5));
    expect(connected, "not all sockets connected in the end");
    town_.loop.run_for(seconds(5));
    expect(at_server_ == sockets_.size(),
           "the server has " + std::to_string(at_server_) + " sockets");
    end();
  }

  std::vector<std::string> faults;
  std::size_t received = 0;
  std::size_t connects = 0;
  std::uint64_t trace() const { return town_.loop.trace(); }

 private:
  struct Watched {
    ClientSocket handle;
    bool is_connected = false;
    Rising numbers;
  };

  static core::ManagerOptions options(std::uint64_t seed) {
    core::ManagerOptions options;
    options.backoff.delay = milliseconds(50);
    options.backoff.delay_max = milliseconds(500);
    options.timeout = seconds(1);
    options.retry_refused = seed % 2 == 0;
    options.engine.remember_upgrade = seed % 7 == 0;
    options.engine.try_all_transports = seed % 5 == 0;
    if (seed % 3 == 1) options.engine.transports = {engine::TransportName::websocket};
    if (seed % 6 == 2) options.engine.transports = {engine::TransportName::polling};
    return options;
  }
  static ServerOptions server() {
    ServerOptions options;
    options.ping_interval = milliseconds(1'000);
    options.ping_timeout = milliseconds(700);
    return options;
  }

  void set_up(SimulatedServer& server) {
    for (const char* const name : {"/", "/a", "/b"}) {
      Namespace nsp = server.of(name);
      nsp.use([this](Socket&, const Next& next) {
        if (!healed_ && dice_.one_in(4)) return next(MiddlewareError{"not now"});
        if (dice_.one_in(2)) return next();
        town_.loop.after(milliseconds(dice_.below(100)), [next] { next(); });
      });
      nsp.on("number", [this, name](Socket&, std::uint64_t number) {
        ++received;
        expect(up_[name].accepts(number), std::string(name) + ": not in order at the server");
      });
      nsp.on("ask", [this](Socket& socket, std::uint64_t number, Ack<std::uint64_t> done) {
        if (!healed_ && dice_.one_in(5)) socket.disconnect();
        if (!dice_.one_in(5)) done(number);
      });
      nsp.on_connection([this](Socket socket) {
        ++at_server_;
        socket.on_disconnect([this](DisconnectReason) { --at_server_; });
        for (std::size_t i = dice_.below(4); i > 0; --i) socket.emit("down", ++last_down_);
      });
      nsp.on("more", [this](Socket& socket) {
        for (std::size_t i = dice_.below(6); i > 0; --i) {
          dice_.one_in(3) ? socket.emit("down", ++last_down_, json::binary({1, 2, 3}))
                          : socket.emit("down", ++last_down_);
        }
      });
    }
  }

  void add_socket(const char* name) {
    sockets_.push_back({town_.socket(name), false, {}});
    const std::size_t index = sockets_.size() - 1;
    const ClientSocket socket = sockets_.back().handle;
    socket.on_connect([this, index] {
      Watched& watched = sockets_[index];
      ++connects;
      expect(!std::exchange(watched.is_connected, true), "connected twice");
      expect(watched.handle.connected(), "connected, and then again not");
      meddle(watched.handle);
    });
    socket.on_disconnect([this, index](DisconnectReason) {
      sockets_[index].is_connected = false;
      expect(!sockets_[index].handle.connected(), "disconnected, and then again not");
      // The server disconnected it earlier.
      if (healed_ && !ended_) sockets_[index].handle.connect();
      meddle(sockets_[index].handle);
    });
    socket.on_connect_error([this, index](const ConnectionError& error) {
      expect(!error.message.empty(), "an error without message");
      expect(!sockets_[index].is_connected, "an error of what is connected");
      // A refusal from before the faults ended.
      if (healed_) sockets_[index].handle.connect();
      meddle(sockets_[index].handle);
    });
    socket.on("down", [this, index](std::uint64_t number) {
      ++received;
      expect(sockets_[index].numbers.accepts(number), "not in order at the client");
      meddle(sockets_[index].handle);
    });
  }

  void meddle(const ClientSocket& socket) {
    if (dice_.one_in(6)) act(socket);
  }
  void act(const ClientSocket& socket) {
    switch (dice_.below(healed_ ? 4 : 8)) {
      case 0:
      case 1:
        socket.emit("number", ++last_up_);
        return;
      case 2:
        socket.emit("more");
        return;
      case 3:
        return ask(socket);
      case 4:
        socket.volatile_().emit("number", ++last_up_);
        return;
      case 5:
        return socket.disconnect();
      default:
        return socket.connect();
    }
  }
  void ask(const ClientSocket& socket) {
    const std::uint64_t number = ++last_up_;
    ++asked_;
    auto done = std::make_shared<bool>(false);
    socket.timeout(milliseconds(dice_.between(1, 2'000)))
        .emit_with_ack<std::uint64_t>("ask", number)
        .then([this, done, number](Reply<std::uint64_t> reply) {
          expect(!std::exchange(*done, true), "answered twice");
          expect(!reply || *reply == number, "the answer to another question");
          ++answered_;
        });
  }

  void trouble() {
    switch (dice_.below(14)) {
      case 0:
        return town_.cut();
      case 1:
        return town_.pull_the_cable();
      case 2:
        if (town_.server) stop_server();
        return;
      case 3:
        town_.connector.mode = SimulatedConnector::Mode::silence;
        return;
      case 4:
        return town_.manager->disconnect();
      case 5:
        return town_.manager->connect();
      case 6:
      case 7:
        return restore();
      default:
        return;
    }
  }
  void stop_server() { town_.stop_server(); }
  void restore() {
    if (!town_.server) town_.start_server();
    town_.connector.mode = SimulatedConnector::Mode::answer;
  }
  void heal() {
    healed_ = true;
    restore();
    town_.manager->connect();
  }
  void end() {
    ended_ = true;
    town_.end_client();
    expect(answered_ == asked_, "not every question was answered");
    healed_ = true;
    town_.finish();
  }
  void expect(bool holds, const std::string& what) {
    if (!holds) faults.push_back(what);
  }

  std::vector<Watched> sockets_;
  std::map<std::string, Rising> up_;
  std::size_t at_server_ = 0;
  std::uint64_t last_up_ = 0;
  std::uint64_t last_down_ = 0;
  std::size_t asked_ = 0;
  std::size_t answered_ = 0;
  bool healed_ = false;
  bool ended_ = false;
  ClientTown town_;
  Dice& dice_;
};

TEST(ClientRandom, HoldsItsPromisesWhateverHappens) {
  std::size_t received = 0;
  std::size_t connects = 0;
  for_each_seed(2'000, "simulation_client_random_test", [&](std::uint64_t seed) {
    RandomClient client(seed);
    client.run();
    EXPECT_EQ(client.faults, std::vector<std::string>{});
    received += client.received;
    connects += client.connects;
  });
  EXPECT_GT(received, 1'000U);
  EXPECT_GT(connects, 1'000U);
}

TEST(ClientRandom, TheSameSeedIsTheSameRun) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    RandomClient first(seed);
    RandomClient second(seed);
    first.run();
    second.run();
    EXPECT_EQ(first.trace(), second.trace()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace socketio::support
