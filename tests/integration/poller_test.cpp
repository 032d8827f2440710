// SPDX-License-Identifier: MIT
// The loop's poller: whoever asks to be called again is called, whoever else asks; who has been removed is not notified.
#include "net/platform/poller.hpp"

#include "support/loop_driver.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace socketio::support {
namespace {

/// Asks again until it has been called `wanted` times.
class Asking final : public net::Watched {
 public:
  explicit Asking(net::Poller& poller) : poller_(poller) {}
  ~Asking() = default;
  void on_ready(net::Ready) noexcept override {
    if (++calls < wanted) poller_.call_again(*this);
  }
  static constexpr int wanted = 10;
  int calls = 0;

 private:
  net::Poller& poller_;
};

TEST(Poller, SeveralMayAskToBeCalledAgain) {
  LoopDriver driver;
  net::Poller& poller = driver.loop()->poller();
  std::array<Asking, 3> all{Asking(poller), Asking(poller), Asking(poller)};
  for (Asking& one : all) poller.call_again(one);
  const auto done = [&] {
    return all[0].calls == Asking::wanted && all[1].calls == Asking::wanted &&
           all[2].calls == Asking::wanted;
  };
  EXPECT_TRUE(driver.run_until(done));
}

TEST(Poller, OneMayAskTwice) {
  LoopDriver driver;
  net::Poller& poller = driver.loop()->poller();
  Asking one(poller);
  poller.call_again(one);
  poller.call_again(one);
  EXPECT_TRUE(driver.run_until([&] { return one.calls == Asking::wanted; }));
}

/// Closes both sockets of a pair, in turn, when it is notified.
class Closing final : public net::Watched {
 public:
  Closing(net::Poller& poller, std::uint16_t port) : poller_(poller) {
    const boost::asio::ip::tcp::endpoint peer(boost::asio::ip::address_v4::loopback(), port);
    EXPECT_FALSE(poller_.connect(socket_, peer, *this));
  }
  ~Closing() { close(); }
  void on_ready(net::Ready) noexcept override {
    ++calls;
    for (Closing* const one : order) one->close();
  }
  std::array<Closing*, 2> order{};
  int calls = 0;

 private:
  void close() {
    if (!socket_.is_open()) return;
    poller_.remove(socket_, *this);
    socket_.close();
  }

  net::Poller& poller_;
  net::Socket socket_;
};

/// Both of a pair are ready at once. Returns how often either was notified.
int notifications_of_pair(bool closes_itself_first) {
  LoopDriver driver;
  LoopbackPort port;
  Closing one(driver.loop()->poller(), port.port());
  Closing other(driver.loop()->poller(), port.port());
  one.order = closes_itself_first ? std::array{&one, &other} : std::array{&other, &one};
  other.order = closes_itself_first ? std::array{&other, &one} : std::array{&one, &other};
  driver.run_until([&] { return one.calls + other.calls != 0; });
  driver.settle();
  return one.calls + other.calls;
}

TEST(Poller, WhoHasBeenRemovedIsNotNotified) {
  EXPECT_EQ(notifications_of_pair(true), 1);
  EXPECT_EQ(notifications_of_pair(false), 1);
}

}  // namespace
}  // namespace socketio::support
