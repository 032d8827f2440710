// SPDX-License-Identifier: MIT
#include "net/handshake_queue.hpp"

#include "support/simulated_loop.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace socketio::support {
namespace {

struct Line {
  void add(char name) {
    queue->add(loop, [this, name] { done += name; });
  }

  SimulatedLoop loop{1};
  std::shared_ptr<net::HandshakeQueue> queue = std::make_shared<net::HandshakeQueue>();
  std::string done;
};

TEST(HandshakeQueue, RunsOneStepAtATimeInOrder) {
  Line line;
  for (const char name : {'a', 'b', 'c'}) line.add(name);
  EXPECT_EQ(line.done, "") << "not from inside the call";
  std::string other;
  line.loop.post([&] { other = line.done; });
  line.loop.run_for(std::chrono::milliseconds(1));
  EXPECT_EQ(other, "a") << "what is ready comes between two of them";
  EXPECT_EQ(line.done, "abc");
  line.add('d');
  line.loop.run_for(std::chrono::milliseconds(1));
  EXPECT_EQ(line.done, "abcd");
}

TEST(HandshakeQueue, AStepMayAddOthers) {
  Line line;
  line.queue->add(line.loop, [&] {
    line.done += '1';
    line.add('2');
  });
  line.loop.run_for(std::chrono::milliseconds(1));
  EXPECT_EQ(line.done, "12");
}

TEST(HandshakeQueue, NothingRunsOnceItIsGone) {
  Line line;
  line.add('a');
  line.queue.reset();
  line.loop.run_for(std::chrono::milliseconds(1));
  EXPECT_EQ(line.done, "");
}

}  // namespace
}  // namespace socketio::support
